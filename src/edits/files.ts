/** The most bytes of a file, and of the files of one call together: they are in memory while they are sent. */
export const MOST_BYTES = 25 * 1024 * 1024;

/** The most files of one call, as Pylon documents it. */
export const MOST_FILES = 10;

/** Types of files by what their names end with, as far as Pylon says which it takes. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['gif', 'image/gif'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['json', 'application/json'],
  ['md', 'text/markdown'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['txt', 'text/plain'],
  ['webp', 'image/webp'],
]);

/** The media type of a file, by its name. */
export const typeOf = (name: string): string =>
  TYPES.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '') ?? 'application/octet-stream';
