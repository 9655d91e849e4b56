/** Kinds of edits, as far as one can allow them apart. */
const KINDS = ['update', 'create', 'delete', 'message'] as const;
export type Allowed = (typeof KINDS)[number];

/** Reads `update,create` or `none`; undefined where a word is none of them, or `none` is not alone. */
export function readAllowed(text: string): readonly Allowed[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 1 && words[0] === 'none') return [];
  const isKnown = words.every((word) => KINDS.some((kind) => kind === word));
  return isKnown && words.length > 0 ? KINDS.filter((kind) => words.includes(kind)) : undefined;
}
