import { ALLOWED, type Allowed } from '../resources/actions.ts';

/** Parses `update,create` or `none`. Undefined if a word is unknown, or `none` is not the only one. */
export function readAllowed(text: string): readonly Allowed[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 1 && words[0] === 'none') return [];
  const isKnown = words.every((word) => ALLOWED.some((kind) => kind === word));
  return isKnown && words.length > 0 ? ALLOWED.filter((kind) => words.includes(kind)) : undefined;
}
