import { ExactNumber } from '../../exact.ts';

/** U+0000, which neither `text` nor `jsonb` can hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the character is what is looked for.
const NUL = /\u0000/g;

const isCleanText = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');

const cleanText = (text: string): string =>
  isCleanText(text) ? text : text.toWellFormed().replace(NUL, '\uFFFD');

/**
 * Whether JSON made by `JSON.stringify` may hold text that is not clean: it escapes what Postgres cannot hold
 * as `\u…`, and hardly anything else. One look at a text is cheaper than one at each of its values.
 */
export const mayBeUnclean = (json: string): boolean => json.includes('\\u');

/** Looks without copying: nearly every value is clean. */
function isClean(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isClean);
  for (const key in value) {
    if (!isCleanText(key) || !isClean(value[key as keyof typeof value])) return false;
  }
  return true;
}

function cleanCopy(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(cleanCopy);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), cleanCopy(inner)]));
}

/**
 * The same JSON value with every character Postgres cannot hold (U+0000, lone surrogates) replaced by
 * U+FFFD, in keys too. A value that has none is returned itself, not copied.
 */
export function clean(value: unknown): unknown {
  return isClean(value) ? value : cleanCopy(value);
}
