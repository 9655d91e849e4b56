import type { ViewColumn } from '../../resources/views.ts';
import type { FieldKind } from '../../resources/writes.ts';

/** One view of schema `pylon_bi`. */
export interface View {
  readonly name: string;
  readonly comment: string;
  /** In their order, which stands: a later version adds at the end. */
  readonly columns: Readonly<Record<string, ViewColumn>>;
  /** What follows the list of columns, `FROM` included. */
  readonly from: string;
  /** The kind of object whose custom fields become columns; they are those of `r`. */
  readonly fieldsOf?: FieldKind;
}
