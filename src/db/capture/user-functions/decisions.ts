import { type Event, movable, type State } from '../../../edits/states.ts';
import { literal } from '../names.ts';

/** What a person can decide about edits. */
const DECISIONS = ['discard', 'retry', 'approve', 'resolve'] as const satisfies readonly (
  | Event
  | 'resolve'
)[];

/** The specifications that the triggers of `pylon_sync.calls` use, by function. */
export const decisionSpecs = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    DECISIONS.flatMap((verb) => {
      const many = verb === 'resolve' ? 'bigint[], text' : 'bigint[], bigint';
      const one = verb === 'resolve' ? 'bigint, text' : 'bigint';
      const spec = { verb, states: statesOf(verb) };
      return [
        [`${verb}_edits`, { ...spec, signature: `pylon_sync.${verb}_edits(${many})` }],
        [`${verb}_edit`, { ...spec, signature: `pylon_sync.${verb}_edit(${one})`, single: true }],
      ];
    }),
  );

const statesOf = (verb: (typeof DECISIONS)[number]): readonly State[] =>
  verb === 'resolve' ? ['conflict'] : movable(verb);

/** A function for people. Its names are resolved when it is created, so that callers need no other privilege. */
function asked(
  name: string,
  parameters: string,
  returns: string,
  given: Readonly<Record<string, string>>,
): string {
  const result = returns === 'void' ? '' : '\n  RETURNING result::integer';
  return `
CREATE OR REPLACE FUNCTION pylon_sync.${name}(${parameters})
RETURNS ${returns}
LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO pylon_sync."calls" (call, ${Object.keys(given).join(', ')})
  VALUES (${literal(name)}, ${Object.values(given).join(', ')})${result};
END`;
}

/** The SQL functions with which people decide about edits: everything that the command line can do. */
export const decisionFunctions: readonly string[] = [
  ...DECISIONS.filter((verb) => verb !== 'resolve').flatMap((verb) => [
    asked(`${verb}_edits`, 'ids bigint[] DEFAULT NULL, txid bigint DEFAULT NULL', 'integer', {
      ids: 'ids',
      txid: 'txid',
    }),
    asked(`${verb}_edit`, 'id bigint', 'void', {
      ids: 'ARRAY[id]',
      arguments: "jsonb_build_object('edit', id)",
    }),
  ]),
  asked('resolve_edits', 'ids bigint[], choice text', 'integer', {
    ids: "coalesce(ids, '{}')",
    arguments: "jsonb_build_object('choice', choice)",
  }),
  asked('resolve_edit', 'id bigint, choice text', 'void', {
    ids: 'ARRAY[id]',
    arguments: "jsonb_build_object('edit', id, 'choice', choice)",
  }),
];
