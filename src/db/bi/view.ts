import type { ViewColumn } from '../../resources/views.ts';
import type { Editing } from './editing/targets.ts';

/** One view of schema `pylon_bi`. */
export interface View {
  readonly name: string;
  readonly comment: string;
  /** In order. The order never changes: later versions add at the end. */
  readonly columns: Readonly<Record<string, ViewColumn>>;
  /** The SQL after the list of columns, including `FROM`. */
  readonly from: string;
  /** The kind of object whose custom fields become columns; they are read from row `r`. */
  readonly fieldsOf?: string;
  /** What an UPDATE of its rows does; absent if it is refused. */
  readonly editing?: Editing;
  /** The type of custom objects that it shows, if it shows those of one. */
  readonly ofType?: string;
}
