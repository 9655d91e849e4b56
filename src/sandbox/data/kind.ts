import type { Generator } from './generator.ts';
import { parseInstant } from './instants.ts';
import type { Child, Facts, Fields, Table } from './rows.ts';

/** The initial objects of a kind. */
export type Generated =
  /** Objects in the order of their creation: spread over the history, or the first is the newest. */
  | { readonly objects: readonly Fields[]; readonly order?: 'spread' | 'newest first' }
  /**
   * Objects that are listed by their parent: `parent` is the part of their path with its id. With `of`, they
   * exist only while their parent does, an object of that kind.
   */
  | { readonly children: readonly Child[]; readonly parent: string; readonly of?: string }
  /** A table that computes its rows on request. */
  | { readonly table: Table };

/** One kind of object of the workspace. */
export interface Kind {
  /** The same name as the mirror's table. */
  readonly name: string;
  readonly generate: (generator: Generator) => Generated;
  /** What identifies an object among those of its kind; `undefined` if it lacks an id. Default: its `id`. */
  readonly key?: (object: Fields, path: Facts) => string | undefined;
  /** The field that a reference to one of these has beside the id. */
  readonly referenceField?: string;
}

export function keyOf(kind: Kind, object: Fields, path: Facts): string | undefined {
  return kind.key === undefined ? textOf(object.id) : kind.key(object, path);
}

/** A text, and nothing else. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const BIRTHS = ['created_at', 'timestamp', 'submitted_at', 'action_happened_at'];

/** When an object was created, epoch milliseconds, if it has a time. */
export function birthOf(object: Fields): number | undefined {
  for (const field of BIRTHS) {
    const ms = parseInstant(object[field]);
    if (ms !== undefined) return ms;
  }
  return undefined;
}
