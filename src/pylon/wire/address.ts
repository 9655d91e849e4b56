import { PermanentError } from '../../errors.ts';
import { withPlaceholders } from '../../route.ts';
import type { PylonRequest } from '../types.ts';

/**
 * Encodes a value as one segment of a path. `.` and `..` are refused: `URL` resolves them, even when encoded, and the
 * request would go to another endpoint.
 */
function segment(route: string, name: string, value: string | undefined): string {
  if (value === undefined || /^\.{0,2}$/.test(value) || !value.isWellFormed()) {
    const given = value === undefined ? 'nothing' : JSON.stringify(value);
    throw new PermanentError(`${route}: ${given} cannot stand in the path for {${name}}`);
  }
  return encodeURIComponent(value);
}

/**
 * The URL of a request: the API's address, the route with its placeholders filled in, and the query.
 *
 * @throws PermanentError when a placeholder's value is missing or cannot stand in a path.
 */
export function addressOf(base: string, { route, params = {}, query = {} }: PylonRequest): URL {
  const path = withPlaceholders(route, (name) => segment(route, name, params[name]));
  const url = new URL(base.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) url.searchParams.append(name, String(one));
  return url;
}
