/** Epoch milliseconds of an RFC 3339 instant as Postgres or Pylon writes it; undefined for any other text. */
export function instantOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return undefined;
  const at = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(at) ? undefined : at;
}
