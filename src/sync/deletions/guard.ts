/** So many deletions are plausible whatever the size of the table. */
const FEW = 50;
/** More than `FEW` deletions are implausible above this share of the table. */
const SHARE = 0.1;

/** Whether so many deletions out of so many live rows need somebody's approval. */
export const isImplausible = (deletions: number, live: number): boolean =>
  deletions > FEW && deletions > live * SHARE;
