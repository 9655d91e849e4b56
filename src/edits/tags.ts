/**
 * HTML without its tags, in time that grows with its length alone: what follows the last `>` holds none, and is not looked
 * through for the end of each `<` in it.
 */
export function withoutTags(html: string): string {
  const end = html.lastIndexOf('>') + 1;
  return html.slice(0, end).replace(/<[^>]*>/g, '') + html.slice(end);
}
