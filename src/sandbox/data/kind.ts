import type { Generator } from './generator.ts';
import { parseInstant } from './instants.ts';
import type { Child, Facts, Fields, Table } from './rows.ts';

/** What a kind of object begins with. */
export type Generated =
  /** Objects in the order in which they came to be: spread over the history, or the first is the newest. */
  | { readonly objects: readonly Fields[]; readonly order?: 'spread' | 'newest first' }
  /**
   * Objects that are listed by their parent: `parent` is the fact of their path that says its id. With `of`, they
   * are there only as long as the parent is, an object of that kind.
   */
  | { readonly children: readonly Child[]; readonly parent: string; readonly of?: string }
  /** A table that makes its rows when they are asked for. */
  | { readonly table: Table };

/** One kind of object, as the workspace holds it. */
export interface Kind {
  /** The name that the mirror's table has too. */
  readonly name: string;
  readonly generate: (generator: Generator) => Generated;
  /** What tells an object from all others of its kind; `undefined` where it lacks an id. Default: its `id`. */
  readonly key?: (object: Fields, path: Facts) => string | undefined;
  /** The field that stands beside the id where another object refers to one of these. */
  readonly referenceField?: string;
}

export function keyOf(kind: Kind, object: Fields, path: Facts): string | undefined {
  return kind.key === undefined ? textOf(object.id) : kind.key(object, path);
}

/** A text, and nothing else. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const BIRTHS = ['created_at', 'timestamp', 'submitted_at', 'action_happened_at'];

/** When an object came to be, epoch milliseconds, as far as it says so. */
export function birthOf(object: Fields): number | undefined {
  for (const field of BIRTHS) {
    const ms = parseInstant(object[field]);
    if (ms !== undefined) return ms;
  }
  return undefined;
}
