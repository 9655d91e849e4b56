/** How many edits (insert, delete, replace) turn one text into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The name closest to the one given, for "did you mean"; empty if none is as near as `within` edits. */
export function closest(given: string, names: readonly string[], within = Number.POSITIVE_INFINITY): string {
  const ranked = names.map((name) => [distance(given.toLowerCase(), name.toLowerCase()), name] as const);
  return ranked.filter(([edits]) => edits <= within).sort(([a], [b]) => a - b)[0]?.[1] ?? '';
}
