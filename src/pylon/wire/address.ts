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

/** The path of a route with its placeholders filled in. */
const pathOf = (route: string, params: Readonly<Record<string, string | undefined>>): string =>
  withPlaceholders(route, (name) => segment(route, name, params[name]));

/**
 * Tells whether there is a path to what a request is about, before anything else is done for it.
 *
 * @throws PermanentError when a placeholder's value is missing or cannot stand in a path.
 */
export function assertAddressable(route: string, params: Readonly<Record<string, string | undefined>>): void {
  pathOf(route, params);
}

/**
 * The URL of a request: the API's address, the route with its placeholders filled in, and the query.
 *
 * @throws PermanentError when a placeholder's value is missing or cannot stand in a path.
 */
export function addressOf(base: string, { route, params = {}, query = {} }: PylonRequest): URL {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) search.append(name, String(one));
  return new URL(base.replace(/\/+$/, '') + pathOf(route, params) + (search.size === 0 ? '' : `?${search}`));
}
