import { type Action, actions } from '../../edits/actions.ts';
import type { Parameter } from '../../resources/actions.ts';
import { shapeOf } from './checks.ts';
import { DEFINER, identifier, literal } from './names.ts';
import { REFUSED } from './shared.ts';

/** Parameters of an action, optional ones last. */
const inOrder = ({ parameters }: Action): readonly Parameter[] => [
  ...parameters.filter(({ optional }) => !optional),
  ...parameters.filter(({ optional }) => optional),
];

/** The function as `GRANT` names it. */
export const signatureOf = (action: Action): string =>
  `pylon.${identifier(action.name)}(${['text', ...inOrder(action).map(({ type }) => type)].join(', ')})`;

/** The specifications that the triggers of `pylon_sync.calls` use, by action. */
export const actionSpecs = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    actions.map((action) => [
      action.name,
      {
        signature: signatureOf(action),
        ...{ resource: action.resource, record: action.record, allow: action.allow },
        parameters: [
          { name: action.record, type: 'text' },
          ...inOrder(action).map(({ name, type, optional, of }) => ({ name, type, optional, of })),
        ],
      },
    ]),
  );

/** What a value of a parameter must be, for error messages. */
const takes = (type: Parameter['type'], value = ''): string => shapeOf(value, type)?.takes ?? '';

const INSTANT = shapeOf('instant', 'timestamptz')?.unless ?? 'false';

/** Checks the arguments of a call. Refuses missing ones, and values that Pylon does not accept. */
const checkedArguments = `CREATE OR REPLACE FUNCTION pylon_sync.checked_arguments(call text, spec jsonb, given jsonb) RETURNS jsonb
   LANGUAGE plpgsql STABLE ${DEFINER} AS $$
   DECLARE
     checked jsonb := '{}';
     parameter record;
     value jsonb;
     instant timestamptz;
     fault text;
   BEGIN
     FOR parameter IN SELECT p.* FROM jsonb_to_recordset(spec -> 'parameters') AS p(name text, type text, optional boolean) LOOP
       value := given -> parameter.name;
       IF coalesce(value, 'null') = 'null' THEN
         CONTINUE WHEN parameter.optional;
         RAISE EXCEPTION '% of pylon.% is missing', parameter.name, call USING ERRCODE = '${REFUSED.null}';
       END IF;
       fault := NULL;
       CASE parameter.type
         WHEN 'timestamptz' THEN
           instant := value #>> '{}';
           IF (${INSTANT}) THEN fault := ${literal(takes('timestamptz'))};
           ELSE value := to_jsonb(to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')); END IF;
         WHEN 'text[]' THEN
           IF jsonb_typeof(value) <> 'array' OR jsonb_path_exists(value, 'strict $[*] ? (@.type() != "string")') THEN
             fault := ${literal(takes('text[]'))};
           END IF;
         WHEN 'jsonb' THEN
           IF jsonb_typeof(value) = 'string' THEN value := (value #>> '{}')::jsonb; END IF;
           IF jsonb_typeof(value) <> 'object' THEN fault := ${literal(takes('jsonb'))}; END IF;
         WHEN 'boolean' THEN IF jsonb_typeof(value) <> 'boolean' THEN fault := 'true or false'; END IF;
         ELSE IF jsonb_typeof(value) <> 'string' THEN fault := 'a text'; END IF;
       END CASE;
       IF fault IS NOT NULL THEN
         RAISE EXCEPTION '% of pylon.% takes %', parameter.name, call, fault USING ERRCODE = '${REFUSED.value}';
       END IF;
       checked := checked || jsonb_build_object(parameter.name, value);
     END LOOP;
     -- If every parameter but the record is optional, at least one must be given: otherwise the call asks for nothing.
     IF checked = jsonb_build_object(spec ->> 'record', checked -> (spec ->> 'record')) AND jsonb_array_length(spec -> 'parameters') > 1 THEN
       RAISE EXCEPTION 'pylon.% needs at least one of %', call,
           (SELECT string_agg(p ->> 'name', ' or ') FROM jsonb_path_query(spec, '$.parameters[1 to last]') AS p)
         USING ERRCODE = '${REFUSED.null}';
     END IF;
     RETURN checked;
   END $$`;

/** Refuses a record that does not exist or that the caller cannot see, with the same message. */
const refuseUnknown = `CREATE OR REPLACE FUNCTION pylon_sync.refuse_unknown(resource text, record_id text) RETURNS void
   LANGUAGE plpgsql STABLE ${DEFINER} AS $$
   BEGIN
     RAISE EXCEPTION 'there is no % "%" here', replace(regexp_replace(resource, 's$', ''), '_', ' '), record_id
       USING ERRCODE = '${REFUSED.value}';
   END $$`;

const queue = `CREATE OR REPLACE FUNCTION pylon_sync.queue_action(call text, spec jsonb, arguments jsonb) RETURNS bigint
   LANGUAGE plpgsql ${DEFINER} AS $$
   DECLARE
     called text := arguments ->> (spec ->> 'record');
     stands boolean;
     edit bigint;
   BEGIN
     EXECUTE format('SELECT EXISTS (SELECT FROM pylon.%I AS held WHERE held.id = $1 AND held._deleted_at IS NULL)', spec ->> 'resource')
       INTO stands USING called;
     IF NOT stands THEN PERFORM pylon_sync.refuse_unknown(spec ->> 'resource', called); END IF;
     edit := pylon_sync.queue_edit(spec ->> 'resource', called, 'action',
       jsonb_strip_nulls(jsonb_build_object('action', call) || (arguments - (spec ->> 'record'))), '{}');
     PERFORM pylon_sync.edits_queued();
     RETURN edit;
   END $$`;

/** The functions that queue an action, which run as the owner. */
export const queueAction = (): readonly string[] => [checkedArguments, refuseUnknown, queue];

/**
 * The SQL function of an action: it queues an edit and returns its id. Its names are resolved when it is created, so
 * that callers need no other privilege.
 */
function functionOf(action: Action): string {
  const { name, record } = action;
  const ordered = inOrder(action);
  const list = [`${identifier(record)} text`].concat(
    ordered.map(
      ({ name, type, optional }) => `${identifier(name)} ${type}${optional ? ' DEFAULT NULL' : ''}`,
    ),
  );
  // JSON is passed as text, so that the JSON null, which is refused, differs from SQL's NULL.
  const pairs = [{ name: record, type: 'text' }, ...ordered].map(
    ({ name, type }) => `${literal(name)}, ${identifier(name)}${type === 'jsonb' ? '::text' : ''}`,
  );
  return `CREATE OR REPLACE FUNCTION pylon.${identifier(name)}(${list.join(', ')}) RETURNS bigint
   LANGUAGE sql BEGIN ATOMIC
     INSERT INTO pylon_sync."calls" (call, arguments) VALUES (${literal(name)}, jsonb_build_object(${pairs.join(', ')}))
     RETURNING result;
   END`;
}

/** The functions of all actions. Nobody may call them without a grant. */
export const actionFunctions = (): readonly string[] => [
  ...actions.flatMap((action) => [
    functionOf(action),
    `COMMENT ON FUNCTION ${signatureOf(action)} IS ${literal(action.comment)}`,
    `REVOKE ALL ON FUNCTION ${signatureOf(action)} FROM PUBLIC`,
  ]),
];
