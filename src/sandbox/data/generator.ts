import type { Child, Fields, Table } from './rows.ts';
import type { WorkspaceSettings } from './settings.ts';

/** What a kind's `generate` has at hand. The workspace is a function of the settings and `start` alone. */
export interface Generator {
  readonly settings: WorkspaceSettings;
  readonly seed: number;
  readonly traps: boolean;
  /** When the sandbox starts, epoch milliseconds. */
  readonly start: number;
  /** Where the history begins, epoch milliseconds. */
  readonly oldest: number;
  /** One object for so many issues, and at least so many. */
  share(issues: number, least: number): number;
  /** When the `index`th of `count` objects came to be: evenly spread, never in the same millisecond. */
  spread(index: number, count: number): number;
  /** Makes objects, each with the time it came to be. */
  many(count: number, make: (index: number, created: number) => Fields): Fields[];
  /** What another kind was given to begin with, in its order. Not for kinds that make their rows when asked for. */
  objects(name: string): readonly Fields[];
  /** The same with the facts of their paths. */
  children(name: string): readonly Child[];
  table(name: string): Table;
}
