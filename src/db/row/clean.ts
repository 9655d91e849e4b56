import { ExactNumber } from '../../exact.ts';

/** U+0000, which neither `text` nor `jsonb` can store. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is the character to find.
const NUL = /\u0000/g;

const isCleanText = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');

const cleanText = (text: string): string =>
  isCleanText(text) ? text : text.toWellFormed().replace(NUL, '\uFFFD');

/**
 * Whether JSON made by `JSON.stringify` may contain characters that Postgres cannot store. `JSON.stringify` escapes
 * those as `\u…`, and hardly anything else. Searching one text is cheaper than checking each value.
 */
export const mayBeUnclean = (json: string): boolean => json.includes('\\u');

/** Checks without copying, because nearly every value is clean. */
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
 * The same JSON value with every character that Postgres cannot store (U+0000, lone surrogates) replaced by U+FFFD,
 * in keys too. A value without such a character is returned itself, not copied.
 */
export function clean(value: unknown): unknown {
  return isClean(value) ? value : cleanCopy(value);
}
