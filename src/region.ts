import type { Secret } from './secret.ts';

/** Pylon's addresses. A token works at one of them. */
const ADDRESSES = { us: 'https://api.usepylon.com', eu: 'https://api.eu.usepylon.com' } as const;

/** The region that a token names by its prefix; undefined for tokens from before they did. */
function regionOf(token: Secret | undefined): keyof typeof ADDRESSES | undefined {
  const text = token?.reveal() ?? '';
  return text.startsWith('pylon_api_eu_') ? 'eu' : text.startsWith('pylon_api_') ? 'us' : undefined;
}

/** The address to use where none is set: that of the token's region. */
export const addressFor = (token: Secret | undefined): string => ADDRESSES[regionOf(token) ?? 'us'];

/** Why a token cannot work at an address, which is the other region's; undefined if nothing says so. */
export function contradiction(token: Secret | undefined, apiUrl: string | undefined): string | undefined {
  const region = regionOf(token);
  if (region === undefined || apiUrl === undefined) return undefined;
  const other = region === 'eu' ? ADDRESSES.us : ADDRESSES.eu;
  if (new URL(apiUrl).hostname !== new URL(other).hostname) return undefined;
  const prefix = region === 'eu' ? 'pylon_api_eu_' : 'pylon_api_';
  return `PYLON_API_TOKEN begins with ${prefix} and works at ${ADDRESSES[region]} alone: leave this variable out, or make a token there`;
}
