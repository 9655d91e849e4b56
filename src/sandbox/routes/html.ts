/** HTML as the server stores it: without scripts and handlers. */
export function sanitized(html: string): string {
  return (
    html
      .replace(/<(script|style|iframe)\b[\s\S]*?(<\/\1\s*>|$)/gi, '')
      // Starts at the first blank of each run only; otherwise a long run would be scanned once for each of
      // its blanks.
      .replace(/(?<!\s)\s+on\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, '')
      .replace(/(href|src)\s*=\s*(["']?)javascript:[^"'\s>]*\2/gi, '$1=""')
  );
}

/** A title as a part of a link. */
export const slugOf = (title: string, fallback: string) =>
  title
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || fallback;
