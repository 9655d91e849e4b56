import { parametersFault } from './database-parameters.ts';

const TAKES =
  'takes postgres://user:password@host:5432/database (an @, :, /, ?, # or % in the password percent-encoded)';

/** The parts of an address of Postgres's, as they are written. */
const PARTS = /^(postgres(?:ql)?:)\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;

/**
 * Why an address of Postgres's cannot be used, naming the part that is wrong; undefined if it can. Shows no text of the
 * address: with a character that is not encoded, any part of it may be the password's.
 */
export function databaseUrlFault(text: string): string | undefined {
  const [, , , path = '', search = '', hash = ''] = PARTS.exec(text) ?? [];
  if (`${path}${search}${hash}`.includes('@'))
    return `${TAKES}: an @ stands after the host: write a / of the user or password %2F, a ? %3F, a # %23, and an @ elsewhere %40`;
  if (!URL.canParse(text) || !/^postgres(ql)?:/i.test(text)) return TAKES;
  return parametersFault(new URL(text).searchParams);
}
