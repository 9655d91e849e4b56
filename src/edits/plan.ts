import type { Resource } from '../resources/define.ts';
import type { Kind } from '../resources/writes.ts';
import type { Policy } from './conflicts.ts';
import {
  alike,
  changed,
  changedOnce,
  compare,
  type Field,
  fieldsIn,
  nameOf,
  nearly,
  same,
  type Values,
  valueIn,
  withField,
} from './merge.ts';

/** An edit to be sent. */
export interface Asked {
  readonly id: number;
  readonly changes: Values;
  readonly base: Values;
  readonly forced?: readonly string[] | null;
  readonly attempts: number;
  /** Earlier drafts of the record, oldest first. The edit's base may contain their values, which Pylon never had. */
  readonly drafts?: readonly Pick<Asked, 'changes' | 'base'>[] | null;
}

/** A field to be written. */
export interface Write {
  readonly column: string;
  readonly slug?: string;
  readonly kind: Kind;
  readonly value: unknown;
  /** Pylon's value before. */
  readonly before: unknown;
}

/** What happens to one edit once Pylon shows what was written. */
export interface Outcome {
  readonly id: number;
  /**
   * Names of its fields that are in conflict and wait for a person; `lost`: whose conflict the policy decides for
   * Pylon; `replaced`: of either kind, but a later one of these edits changes them too.
   */
  readonly conflicting: readonly string[];
  readonly lost: readonly string[];
  readonly replaced: readonly string[];
  /** Names of its fields whose value Pylon has already, or gets by this plan's request. */
  readonly settled: readonly string[];
  readonly remote: Values;
}

/** What to do for edits of one record, compared with Pylon's present values. */
export interface Plan {
  readonly writes: readonly Write[];
  readonly outcomes: readonly Outcome[];
  /** The record as it should be. */
  readonly row: Values;
  /**
   * Whether Pylon shows everything that earlier attempts may have sent, so that none of it can change anything by
   * arriving late.
   */
  readonly isSeen: boolean;
}

/** A field as the earlier edits and this one change it together. */
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

/** The values that earlier drafts gave to a field, in order, if the edit's base is one of them; otherwise none. */
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
  /** Values that earlier attempts may have set. */
  readonly tried: readonly unknown[];
  /** Values that the edits before the last one set. */
  readonly passed: readonly unknown[];
  /** Ids of the edits that change it, oldest first. */
  readonly edits: readonly number[];
}

/**
 * The verdict on a field. It is `send` also if Pylon has the value already, which is no conflict and needs no
 * request.
 */
function verdictOf({ field, value, forced, tried, passed }: Merged, remote: unknown, policy: Policy) {
  const { kind } = field;
  // For a set, the result of all its edits counts.
  const verdict =
    kind === 'set'
      ? compareMade(field, value, remote, tried.length > 0)
      : compare(field, remote, tried.length > 0);
  // A value from an earlier attempt is not somebody else's change. If Pylon has the value of an intermediate
  // edit, that edit is done, and the next one starts from it.
  const isOurs =
    tried.some((one) => alike(kind, one, remote)) || passed.some((one) => same(kind, one, remote));
  if (verdict !== 'conflict' || forced || isOurs || policy === 'local')
    return verdict === 'conflict' ? 'send' : verdict;
  return policy;
}

/** The verdict on a set, given the value that all edits together make. */
const compareMade = ({ base }: Field, value: unknown, remote: unknown, wasSent: boolean) =>
  same('set', value, remote) || (wasSent && !same('set', base, remote) && alike('set', value, remote))
    ? ('there' as const)
    : ('send' as const);

/**
 * Whether Pylon shows the value that an earlier attempt has sent for later edits too, so that their effect is
 * complete.
 */
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
 * Compares edits of one record, field by field, with their base and with Pylon's values (`remote`). Returns what to
 * send in one request and the outcome of each edit after it. `later`: edits that an earlier attempt sent together
 * with these, and that now follow on their own. Sends nothing itself.
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
      all.set(name, merged(all.get(name), field, edit, valueIn(remote, field), kinds));
    }
  const verdicts = new Map(
    [...all].map(([name, one]) => {
      const now = valueIn(remote, one.field);
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
    const before = valueIn(remote, field) ?? null;
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
      conflicting: names((name, one) => verdicts.get(name) === 'hold' && isLast(one)),
      lost: names((name, one) => verdicts.get(name) === 'pylon' && isLast(one)),
      replaced: names((name, one) => contested(name) && !isLast(one)),
      settled: names((name) => !contested(name)),
      remote: Object.fromEntries(own.map((field) => [nameOf(field), valueIn(remote, field) ?? null])),
    };
  });
  return { writes, outcomes, row, isSeen };
}

/**
 * The fields that were written without effect: Pylon answered with success, but has the same value as before, and shows the
 * written one nowhere else.
 */
export const ignored = (
  writes: readonly Write[],
  answer: Values,
  showsField: Resource['showsField'] = () => false,
): readonly string[] =>
  writes
    .filter((write) => {
      const { kind, value, before, slug } = write;
      if (slug !== undefined && showsField(answer, value)) return false;
      const now = valueIn(answer, write);
      if (same(kind, now, before)) return !same(kind, now, value) && !nearly(kind, now, value);
      return !alike(kind, now, value) && alike(kind, now, before);
    })
    .map(nameOf);
