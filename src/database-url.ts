import { parametersFault } from './database-parameters.ts';

const TAKES =
  'takes postgres://user:password@host:5432/database (an @, :, /, ?, # or % in the password percent-encoded)';

/** The parts of an address of Postgres's, as they are written. */
const PARTS = /^(postgres(?:ql)?:)\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** A host and a port, each of which may be missing. */
const HOST = /^(?:\[[0-9a-f:.%]+\]|[^:[\]]*)(?::(\d*))?$/i;

/**
 * An address that names a user or port and no host before its path, in the form that `URL` can read:
 * `postgres://u@/db?host=/run` becomes `postgres:///db?user=u&host=/run`. Any other text stays as it is.
 */
export function withoutBareLogin(text: string): string {
  const [, scheme = '', authority = '', path = '', search = '', hash = ''] = PARTS.exec(text) ?? [];
  const [, user, password, port] = /^(?:([^:@]*)(?::([^@]*))?@)?(?::(\d+))?$/s.exec(authority) ?? [];
  const moved = Object.entries({ user, password, port }).filter(([, value]) => value);
  if (moved.length === 0) return text;
  const parameters = moved.map(
    ([name, value = '']) => `${name}=${value.replace(/[&+=]/g, encodeURIComponent)}`,
  );
  return `${scheme}//${path}?${[...parameters, ...(search.length > 1 ? [search.slice(1)] : [])].join('&')}${hash}`;
}

/**
 * Why an address of Postgres's cannot be used, naming the part that is wrong; undefined if it can. Shows no text of the
 * address: with a character that is not encoded, any part of it may be the password's.
 */
export function databaseUrlFault(text: string): string | undefined {
  const wrong = wrongPart(text);
  return wrong === undefined ? parametersFault(new URL(text).searchParams) : `${TAKES}: ${wrong}`;
}

function wrongPart(text: string): string | undefined {
  const parts = PARTS.exec(text);
  if (parts === null) {
    if (/^\s*\w+\s*=/.test(text)) return 'it has the form host=… dbname=…, not that of an address';
    const scheme = /^[a-z][a-z0-9+.-]{0,20}:(?=\/\/)/i.exec(text)?.[0];
    return scheme === undefined ? 'it does not begin with postgres://' : `it begins with ${scheme}//`;
  }
  const [, , authority = '', path = '', search = '', hash = ''] = parts;
  if (`${path}${search}${hash}`.includes('@'))
    return 'an @ stands after the host: write a / of the user or password %2F, a ? %3F, a # %23, and an @ elsewhere %40';
  if (hash !== '') return 'a # stands in it, which is written %23';
  if (/%(?![0-9a-f]{2})/i.test(text)) return 'a % stands in it without two hexadecimal digits: write it %25';
  if (!isDecodable(`${authority}${path}${search}`)) return 'what it percent-encodes is not UTF-8';
  const place = authority.slice(authority.lastIndexOf('@') + 1);
  if (place.includes(',')) return 'it names more than one host';
  const [whole, port = ''] = HOST.exec(place) ?? [];
  if (whole === undefined && /^[^:[\]]*:/.test(place)) return 'its port is no number';
  if (port !== '' && (Number(port) < 1 || Number(port) > 65_535)) return 'its port is none from 1 to 65535';
  return whole === undefined || !URL.canParse(text) ? 'its host is not one' : undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
