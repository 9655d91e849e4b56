import { type Action, actions } from '../../edits/actions.ts';
import type { Parameter } from '../../resources/actions.ts';
import { resourceNamed } from '../../resources/index.ts';
import { identifier, literal } from './names.ts';

/** Parameters of an action, optional ones last. */
const inOrder = ({ parameters }: Action): readonly Parameter[] => [
  ...parameters.filter(({ optional }) => !optional),
  ...parameters.filter(({ optional }) => optional),
];

/** The type of the parameter that names the record: its id or what people know of it, or a number as such. */
type Named = 'text' | 'bigint';

/** All parameters of a function: the one that names the record first, if the action is about one. */
const allOf = (action: Action, named: Named): readonly Parameter[] => [
  ...(action.record === undefined ? [] : [{ name: action.record, type: named }]),
  ...inOrder(action),
];

const signature = (action: Action, named: Named): string =>
  `pylon.${identifier(action.name)}(${allOf(action, named)
    .map(({ type }) => type)
    .join(', ')})`;

const isNumbered = ({ resource, record }: Action): boolean =>
  record !== undefined && resourceNamed(resource).knownBy === 'number';

/** The parameter with the contents of files. */
const fileOf = ({ parameters }: Action) => parameters.find(({ type }) => type.startsWith('bytea'));

/** SQL: the contents of files as a list. */
const contentsOf = ({ name, type }: Parameter): string =>
  type === 'bytea'
    ? `CASE WHEN ${identifier(name)} IS NOT NULL THEN ARRAY[${identifier(name)}] END`
    : identifier(name);

/** What the triggers need to know of a parameter. */
const specOf = ({ name, type, optional, of, members, many, apart, fields, url }: Parameter): object => ({
  ...{ name, type, optional, of, many, apart, fields, url },
  members: members?.map(specOf),
});

/** The functions of an action as `GRANT` names them: of a record that has a number, a second one takes that. */
export const signaturesOf = (action: Action): readonly string[] =>
  (isNumbered(action) ? (['text', 'bigint'] as const) : (['text'] as const)).map((named) =>
    signature(action, named),
  );

/** The specifications that the triggers of `pylon_sync.calls` use, by action. */
export const actionSpecs = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    actions.map((action) => [
      action.name,
      {
        signature: signature(action, 'text'),
        ...(isNumbered(action) ? { signature_by_number: signature(action, 'bigint') } : {}),
        ...{ resource: action.resource, record: action.record, allow: action.allow },
        ...(action.makes === undefined ? {} : { makes: true }),
        ...{ one_of: action.oneOf, needs: action.needs, as_many: action.asMany, file: fileOf(action)?.name },
        parameters: allOf(action, 'text').map(specOf),
      },
    ]),
  );

/**
 * The SQL function of an action: it queues an edit and returns its id. Its names are resolved when it is created, so
 * that callers need no other privilege.
 */
function functionOf(action: Action, named: Named): string {
  const { name } = action;
  const ordered = allOf(action, named);
  const list = ordered.map(
    ({ name, type, optional }) => `${identifier(name)} ${type}${optional ? ' DEFAULT NULL' : ''}`,
  );
  // JSON is passed as text, so that the JSON null, which is refused, differs from SQL's NULL.
  const file = fileOf(action);
  const pairs = ordered
    .filter((one) => one !== file)
    .map(
      ({ name, type }) =>
        `${literal(name)}, ${identifier(name)}${type === 'jsonb' || type === 'bigint' ? '::text' : ''}`,
    );
  return `
CREATE OR REPLACE FUNCTION pylon.${identifier(name)}(
  ${list.join(',\n  ')}
)
RETURNS bigint
LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO pylon_sync."calls" (call, arguments${file === undefined ? '' : ', files'})
  VALUES (${literal(name)}, jsonb_build_object(${pairs.join(', ')})${file === undefined ? '' : `, ${contentsOf(file)}`})
  RETURNING result;
END`;
}

/** The functions of all actions. Nobody may call them without a grant. */
export const actionFunctions = (): readonly string[] => [
  ...actions.flatMap((action) => [
    functionOf(action, 'text'),
    ...(isNumbered(action) ? [functionOf(action, 'bigint')] : []),
    ...signaturesOf(action).flatMap((one) => [
      `COMMENT ON FUNCTION ${one} IS ${literal(action.comment)}`,
      `REVOKE ALL ON FUNCTION ${one} FROM PUBLIC`,
    ]),
  ]),
];
