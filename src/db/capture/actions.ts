import { type Action, actions } from '../../edits/actions.ts';
import type { Parameter } from '../../resources/actions.ts';
import { identifier, literal } from './names.ts';

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
  return `
CREATE OR REPLACE FUNCTION pylon.${identifier(name)}(
  ${list.join(',\n  ')}
)
RETURNS bigint
LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO pylon_sync."calls" (call, arguments)
  VALUES (${literal(name)}, jsonb_build_object(${pairs.join(', ')}))
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
