/** U+0000, which neither `text` nor `jsonb` can hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the character is what is looked for.
const NUL = /\u0000/g;

function cleanText(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes('\u0000') ? formed.replace(NUL, '\uFFFD') : formed;
}

/**
 * The same JSON value with every character Postgres cannot hold (U+0000, lone surrogates) replaced by
 * U+FFFD, in keys too. A value that has none is returned itself, not copied.
 */
export function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) {
    const items = value.map(clean);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value === 'object' && value !== null) {
    let changed = false;
    const entries = Object.entries(value).map(([key, inner]) => {
      const entry: [string, unknown] = [cleanText(key), clean(inner)];
      changed ||= entry[0] !== key || entry[1] !== inner;
      return entry;
    });
    return changed ? Object.fromEntries(entries) : value;
  }
  return value;
}
