/** So many deletions are plausible whatever the size of the table. */
const FEW = 50;
/** More than `FEW` deletions are implausible above this share of the table. */
const SHARE = 0.1;

/** Whether so few deletions are plausible however many rows are live, so that nobody has to count these. */
export const isFew = (deletions: number): boolean => deletions <= FEW;

/** Whether so many deletions out of so many live rows need somebody's approval. */
export const isImplausible = (deletions: number, live: number): boolean =>
  !isFew(deletions) && deletions > live * SHARE;
