import type { Child, Fields, Table } from './rows.ts';
import type { WorkspaceSettings } from './settings.ts';

/** The arguments of a kind's `generate`. The workspace depends on the settings and `start` only. */
export interface Generator {
  readonly settings: WorkspaceSettings;
  readonly seed: number;
  readonly traps: boolean;
  /** When the sandbox starts, epoch milliseconds. */
  readonly start: number;
  /** Where the history begins, epoch milliseconds. */
  readonly oldest: number;
  /** One object for every so many `issues`, and at least `least`. */
  share(issues: number, least: number): number;
  /** When object `index` of `count` was created: evenly spread, each in a millisecond of its own. */
  spread(index: number, count: number): number;
  /** Creates objects, each with its time of creation. */
  many(count: number, make: (index: number, created: number) => Fields): Fields[];
  /** The initial objects of another kind, in its order. Not for kinds whose rows are computed on request. */
  objects(name: string): readonly Fields[];
  /** The same, with the facts of their paths. */
  children(name: string): readonly Child[];
  table(name: string): Table;
}
