import { resolve } from 'node:path';
import { validateDetailed } from 'node-cron';
import { z } from 'zod';
import { DATE_TAKES, parseDate } from './date.ts';
import { Secret } from './secret.ts';

/** Where an HTTP port listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A text that `read` understands; one message, saying what is taken, for any that it does not. */
export function readable<T>(takes: string, read: (text: string) => T | undefined) {
  return z.string({ error: takes }).transform((text, ctx) => {
    const value = read(text);
    if (value !== undefined) return value;
    ctx.addIssue({ code: 'custom', message: takes });
    return z.NEVER;
  });
}

function urlOf(text: string, ...schemes: readonly string[]): URL | undefined {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol) ? new URL(text) : undefined;
}

export const TOKEN_TAKES = 'takes an API token; admins make them in Pylon under Settings → API tokens';

export const apiToken = readable(TOKEN_TAKES, (text) =>
  /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined,
);

export const apiUrl = readable('takes an http or https URL without user, query and fragment', (text) => {
  const url = urlOf(text, 'http:', 'https:');
  const bare = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  return bare ? text.replace(/\/+$/, '') : undefined;
});

export const databaseUrl = readable(
  'takes postgres://user:password@host:5432/database (an @, : or / in the password percent-encoded)',
  (text) => (urlOf(text, 'postgres:', 'postgresql:') === undefined ? undefined : new Secret(text)),
);

function shareOf(text: string): number | undefined {
  const value = Number(text);
  return /^[\d.]+$/.test(text) && value <= 1 ? value : undefined;
}

export const share = readable('takes a number above 0, at most 1', (text) => shareOf(text) || undefined);

export const shareOrNone = readable('takes a number from 0, which turns it off, to 1', shareOf);

/** Shorter ones can be found by trying, with a signature in hand. */
const SHORTEST_SECRET = 16;

export const webhookSecret = readable(
  `takes the secret that Pylon signs webhooks with, at least ${SHORTEST_SECRET} characters`,
  (text) => (text.length >= SHORTEST_SECRET ? new Secret(text) : undefined),
);

export function whole(least: number, most: number) {
  return readable(`takes a whole number from ${least} to ${most}`, (text) => {
    const value = Number(text);
    return /^\d{1,9}$/.test(text) && value >= least && value <= most ? value : undefined;
  });
}

export const date = readable(`takes ${DATE_TAKES}`, parseDate);

export const folder = readable('takes the path of a folder', (text) =>
  text.includes('\0') ? undefined : resolve(text),
);

export const listenAddress = readable('takes host:port, such as 127.0.0.1:8080, or off', (text) => {
  if (text === 'off') return 'off' as const;
  const parts = /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  return host !== undefined && port <= 65_535 ? ({ host, port } satisfies ListenAddress) : undefined;
});

export function oneOf<const Value extends string>(...values: readonly Value[]) {
  return readable(`takes ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`, (text) =>
    values.find((value) => value === text),
  );
}

/** A schedule of node-cron's; the message says which field it could not read. */
export const cron = z.string().superRefine((text, ctx) => {
  const [error] = validateDetailed(text).errors;
  if (error === undefined) return;
  ctx.addIssue({
    code: 'custom',
    message: `takes a cron expression of five fields (minute hour day month weekday), or six with seconds first (${error.message})`,
  });
});
