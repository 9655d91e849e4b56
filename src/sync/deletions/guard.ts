/** Deletions that are plausible whatever the size of their table. */
const FEW = 50;
/** Share of a table above which more than a few are not. */
const SHARE = 0.1;

/** Whether so many deletions out of so many live rows are to be looked at by a person first. */
export const isImplausible = (deletions: number, live: number): boolean =>
  deletions > FEW && deletions > live * SHARE;
