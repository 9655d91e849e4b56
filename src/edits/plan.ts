import type { Kind } from '../resources/writes.ts';
import type { Policy } from './conflicts.ts';
import {
  alike,
  changed,
  changedOnce,
  compare,
  type Field,
  fieldsIn,
  held,
  nameOf,
  nearly,
  same,
  type Values,
  withField,
} from './merge.ts';

/** An edit to be carried out. */
export interface Asked {
  readonly id: number;
  readonly changes: Values;
  readonly base: Values;
  readonly forced?: readonly string[] | null;
  readonly attempts: number;
  /** Drafts of the record from before it, in their order: it may stand on what these show, which Pylon never held. */
  readonly drafts?: readonly Pick<Asked, 'changes' | 'base'>[] | null;
}

/** A field to be written. */
export interface Write {
  readonly column: string;
  readonly slug?: string;
  readonly kind: Kind;
  readonly value: unknown;
  /** What Pylon held of it. */
  readonly before: unknown;
}

/** What is to become of one edit once what is written is seen. */
export interface Outcome {
  readonly id: number;
  /** Names of its fields that wait for a person, that lost to Pylon, that a later edit of those here replaces. */
  readonly held: readonly string[];
  readonly lost: readonly string[];
  readonly replaced: readonly string[];
  /** Names of its fields that Pylon holds or is to hold. */
  readonly kept: readonly string[];
  readonly remote: Values;
}

/** What is to be done for edits of one record, compared with what Pylon holds now. */
export interface Plan {
  readonly writes: readonly Write[];
  readonly outcomes: readonly Outcome[];
  /** The record as it is to be. */
  readonly row: Values;
  /** Whether Pylon shows all that earlier attempts may have sent: none of it can change anything by arriving late. */
  readonly isSeen: boolean;
}

/** A field as the edits before and this one together change it. */
function merged(
  earlier: Merged | undefined,
  field: Field,
  edit: Asked,
  remote: unknown,
  kinds: Readonly<Record<string, Kind>>,
): Merged {
  const value = changedOnce(field, earlier === undefined ? remote : earlier.value, remote);
  const forced = (edit.forced ?? []).includes(nameOf(field)) || earlier?.forced === true;
  const tried = [...(earlier?.tried ?? []), ...(edit.attempts > 1 ? [value] : [])];
  const drafted = earlier === undefined ? draftedBefore(field, edit, kinds) : [];
  const passed =
    earlier === undefined ? drafted.map(({ wanted }) => wanted) : [...earlier.passed, earlier.value];
  const base = earlier === undefined ? (drafted[0] ?? field).base : earlier.field.base;
  const edits = [...(earlier?.edits ?? []), edit.id];
  return { field: { ...field, base }, value, forced, tried, passed, edits };
}

/** What drafts made of a field that an edit stands on, in their order; none where it stands on something else. */
function draftedBefore(
  field: Field,
  { drafts }: Asked,
  kinds: Readonly<Record<string, Kind>>,
): readonly Field[] {
  const own = (drafts ?? [])
    .flatMap(({ changes, base }) => fieldsIn(changes, base, kinds))
    .filter((one) => nameOf(one) === nameOf(field));
  const last = own.at(-1);
  return last !== undefined && same(field.kind, last.wanted, field.base) ? own : [];
}

interface Merged {
  readonly field: Field;
  readonly value: unknown;
  readonly forced: boolean;
  /** What earlier attempts may have made of it. */
  readonly tried: readonly unknown[];
  /** What the edits before the last make of it. */
  readonly passed: readonly unknown[];
  /** Ids of the edits that change it, in their order. */
  readonly edits: readonly number[];
}

/** `send` also where there is nothing to: what Pylon holds already is no conflict and no request. */
function verdictOf({ field, value, forced, tried, passed }: Merged, remote: unknown, policy: Policy) {
  const { kind } = field;
  // Of a set, what all its edits together make of it.
  const verdict =
    kind === 'set'
      ? compareMade(field, value, remote, tried.length > 0)
      : compare(field, remote, tried.length > 0);
  // What came of an earlier attempt is nobody else's change; what one of the edits asks for on the way to the last is
  // there already, and the next one starts from it.
  const isOurs =
    tried.some((one) => alike(kind, one, remote)) || passed.some((one) => same(kind, one, remote));
  if (verdict !== 'conflict' || forced || isOurs || policy === 'local')
    return verdict === 'conflict' ? 'send' : verdict;
  return policy;
}

/** What becomes of a set of which all edits together make a value. */
const compareMade = ({ base }: Field, value: unknown, remote: unknown, wasSent: boolean) =>
  same('set', value, remote) || (wasSent && !same('set', base, remote) && alike('set', value, remote))
    ? ('there' as const)
    : ('send' as const);

/** Whether Pylon shows what an earlier attempt made of a field by later edits as well: what these did is over. */
function isOvertaken(
  { field, value }: Merged,
  later: readonly Asked[],
  remote: unknown,
  kinds: Readonly<Record<string, Kind>>,
): boolean {
  let made = value;
  return later.some(({ changes, base, attempts }) => {
    const own = fieldsIn(changes, base, kinds).find((one) => nameOf(one) === nameOf(field));
    if (own === undefined || attempts < 2) return false;
    made = changed(own, made);
    return alike(field.kind, made, remote);
  });
}

/**
 * Compares edits of one record, three ways and field by field, with what Pylon holds: what goes in one request, and
 * what becomes of each edit then. `later`: edits that went with these once, and follow by themselves.
 */
export function planUpdate(
  edits: readonly Asked[],
  remote: Values,
  kinds: Readonly<Record<string, Kind>>,
  policyOf: (field: string) => Policy,
  later: readonly Asked[] = [],
): Plan {
  const all = new Map<string, Merged>();
  for (const edit of edits)
    for (const field of fieldsIn(edit.changes, edit.base, kinds)) {
      const name = nameOf(field);
      all.set(name, merged(all.get(name), field, edit, held(remote, field), kinds));
    }
  const verdicts = new Map(
    [...all].map(([name, one]) => {
      const now = held(remote, one.field);
      return [
        name,
        isOvertaken(one, later, now, kinds) ? ('there' as const) : verdictOf(one, now, policyOf(name)),
      ];
    }),
  );
  const writes: Write[] = [];
  let row = remote;
  for (const [name, { field, value }] of all) {
    if (verdicts.get(name) !== 'send') continue;
    const { column, slug, kind } = field;
    const before = held(remote, field) ?? null;
    writes.push({ column, kind, value, before, ...(slug === undefined ? {} : { slug }) });
    row = withField(row, field, value);
  }
  const isSeen = [...all].every(([name, { field, value, tried }]) =>
    tried.every((one) => verdicts.get(name) === 'there' && alike(field.kind, one, value)),
  );
  const outcomes = edits.map((edit): Outcome => {
    const own = fieldsIn(edit.changes, edit.base, kinds);
    const names = (which: (name: string, one: Merged) => boolean) =>
      own.map(nameOf).filter((name) => {
        const one = all.get(name);
        return one !== undefined && which(name, one);
      });
    const isLast = (one: Merged) => one.edits.at(-1) === edit.id;
    const contested = (name: string) => ['hold', 'pylon'].includes(verdicts.get(name) ?? '');
    return {
      id: edit.id,
      held: names((name, one) => verdicts.get(name) === 'hold' && isLast(one)),
      lost: names((name, one) => verdicts.get(name) === 'pylon' && isLast(one)),
      replaced: names((name, one) => contested(name) && !isLast(one)),
      kept: names((name) => !contested(name)),
      remote: Object.fromEntries(own.map((field) => [nameOf(field), held(remote, field) ?? null])),
    };
  });
  return { writes, outcomes, row, isSeen };
}

/** Fields that were written although Pylon, which answered that all is well, holds what it held before. */
export const ignored = (writes: readonly Write[], answer: Values): readonly string[] =>
  writes
    .filter((write) => {
      const { kind, value, before } = write;
      const now = held(answer, write);
      if (same(kind, now, before)) return !same(kind, now, value) && !nearly(kind, now, value);
      return !alike(kind, now, value) && alike(kind, now, before);
    })
    .map(nameOf);
