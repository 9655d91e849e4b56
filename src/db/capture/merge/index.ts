import type { Resource } from '../../../resources/define.ts';
import { asTexts } from './as-texts.sql.ts';
import { baseWithout } from './base-without.sql.ts';
import { changedColumns } from './changed-columns.sql.ts';
import { changedFields } from './changed-fields.sql.ts';
import { changedSet } from './changed-set.sql.ts';
import { textsIn } from './texts-in.sql.ts';

/** The functions that apply an edit to values, in the same way as `src/edits/merge.ts`. */
export const mergeFunctions = (resources: readonly Resource[]): readonly string[] => [
  changedSet,
  changedFields,
  asTexts,
  textsIn,
  changedColumns(resources),
  baseWithout(resources),
];
