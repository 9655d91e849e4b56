import { type Action, actions, type Parameter } from '../../edits/actions.ts';
import { shapeOf } from './checks.ts';
import { DEFINER, identifier, literal, tableOf } from './names.ts';
import { REFUSED } from './shared.ts';

/** What a parameter is in the edit: instants in UTC, the rest as JSON has it. */
const argumentOf = ({ name, type }: Parameter): string =>
  type === 'timestamptz'
    ? `to_char(${identifier(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
    : identifier(name);

/** Those that may be left out come last. */
const inOrder = ({ parameters }: Action): readonly Parameter[] => [
  ...parameters.filter(({ optional }) => !optional),
  ...parameters.filter(({ optional }) => optional),
];

/** Refuses an argument that Pylon has no form for. */
function shapeless(action: string, { name, type }: Parameter): string {
  const shape = shapeOf(identifier(name), type);
  if (shape === undefined) return '';
  return `IF ${identifier(name)} IS NOT NULL AND (${shape.unless}) THEN
       RAISE EXCEPTION '${name} of pylon.${action} takes ${shape.takes}' USING ERRCODE = '${REFUSED.value}';
     END IF;
     `;
}

/** Refuses a call that asks for nothing: where every parameter may be left out, one at least is given. */
function askingNothing({ name, parameters }: Action): string {
  if (parameters.length === 0 || parameters.some(({ optional }) => !optional)) return '';
  const names = parameters.map((given) => given.name);
  return `IF num_nonnulls(${names.map(identifier).join(', ')}) = 0 THEN
       RAISE EXCEPTION 'pylon.${name} takes ${names.join(' or ')}, one of them at least' USING ERRCODE = '${REFUSED.null}';
     END IF;
     `;
}

/** The function as `GRANT` names it. */
export const signatureOf = (action: Action): string =>
  `pylon.${identifier(action.name)}(${['text', ...inOrder(action).map(({ type }) => type)].join(', ')})`;

/** The SQL function of an action: it queues an edit, whose number it returns. */
function functionOf(action: Action): string {
  const { name, record, resource, allow } = action;
  const ordered = inOrder(action);
  const list = [`${identifier(record)} text`].concat(
    ordered.map(
      ({ name, type, optional }) => `${identifier(name)} ${type}${optional ? ' DEFAULT NULL' : ''}`,
    ),
  );
  const required = [record, ...ordered.filter(({ optional }) => !optional).map((p) => p.name)];
  const pairs = ordered.map((p) => `${literal(p.name)}, ${argumentOf(p)}`);
  return `CREATE OR REPLACE FUNCTION pylon.${identifier(name)}(${list.join(', ')}) RETURNS bigint
   LANGUAGE plpgsql ${DEFINER} AS $$
   #variable_conflict use_variable
   DECLARE
     edit bigint;
   BEGIN
     ${required
       .map(
         (given) => `IF ${identifier(given)} IS NULL THEN
       RAISE EXCEPTION '${given} of pylon.${name} is missing' USING ERRCODE = '${REFUSED.null}';
     END IF;`,
       )
       .join('\n     ')}
     ${askingNothing(action)}${ordered.map((given) => shapeless(name, given)).join('')}IF NOT EXISTS (SELECT FROM ${tableOf(resource)} AS r WHERE r.id = ${identifier(record)} AND r._deleted_at IS NULL) THEN
       RAISE EXCEPTION 'there is no % "%" here', ${literal(resource.replace(/s$/, '').replace('_', ' '))}, ${identifier(record)}
         USING ERRCODE = '${REFUSED.value}';
     END IF;
     PERFORM pylon_sync.refuse_unless_allowed(${literal(allow)});
     edit := pylon_sync.queue_edit(${literal(resource)}, ${identifier(record)}, 'action',
       jsonb_strip_nulls(jsonb_build_object(${[`'action', ${literal(name)}`, ...pairs].join(', ')})), '{}');
     PERFORM pylon_sync.edits_queued();
     RETURN edit;
   END $$`;
}

/** The functions of all actions, which nobody may call before somebody lets them. */
export const actionFunctions = (): readonly string[] => [
  ...actions.flatMap((action) => [
    functionOf(action),
    `COMMENT ON FUNCTION ${signatureOf(action)} IS ${literal(action.comment)}`,
    `REVOKE ALL ON FUNCTION ${signatureOf(action)} FROM PUBLIC`,
  ]),
];
