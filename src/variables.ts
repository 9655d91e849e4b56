import { resolve } from 'node:path';
import { validateDetailed } from 'node-cron';
import { z } from 'zod';
import { databaseUrlFault } from './database-url.ts';
import { DATE_TAKES, parseDate } from './date.ts';
import { parseListenAddress } from './listening.ts';
import { Secret } from './secret.ts';
import { signingKey } from './signing-key.ts';

/** A zod schema for a text that `read` can parse; for any other text its message is `takes`. */
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

/** An address that something is sent to. Whoever knows it may send there. */
export const secretUrl = readable('takes an http or https URL', (text) =>
  urlOf(text, 'http:', 'https:') === undefined ? undefined : new Secret(text),
);

export const proxyUrl = readable(
  'takes the address of an HTTP proxy, http://proxy:3128 or http://user:password@proxy:3128 (https: where the proxy itself is asked by TLS); SOCKS is not supported',
  (text) => {
    const address = text.includes('://') ? text : `http://${text}`;
    const url = urlOf(address, 'http:', 'https:');
    return url === undefined || /[^/]/.test(url.pathname) ? undefined : new Secret(address);
  },
);

export const databaseUrl = z.string().transform((text, ctx) => {
  const fault = databaseUrlFault(text);
  if (fault === undefined) return new Secret(text);
  ctx.addIssue({ code: 'custom', message: fault });
  return z.NEVER;
});

function shareOf(text: string): number | undefined {
  const value = Number(text);
  return /^[\d.]+$/.test(text) && value <= 1 ? value : undefined;
}

export const share = readable('takes a number above 0, at most 1', (text) => shareOf(text) || undefined);

export const shareOrNone = readable('takes a number from 0, which turns it off, to 1', shareOf);

/** Anyone with a signature can find a shorter secret by brute force. */
const SHORTEST_SECRET = 16;

export const webhookSecret = readable(
  `takes the secret that Pylon signs webhooks with, at least ${SHORTEST_SECRET} characters`,
  (text) => (text.length >= SHORTEST_SECRET ? new Secret(text) : undefined),
);

/** The least bytes of a key that Standard Webhooks takes. */
const SHORTEST_KEY = 24;

export const alertSecret = readable(
  `takes a secret to sign alerts with: whsec_ and at least ${SHORTEST_KEY} bytes in base64 (echo "whsec_$(openssl rand -base64 32)"), or any text of at least ${SHORTEST_KEY} characters`,
  (text) => ((signingKey(text)?.length ?? 0) >= SHORTEST_KEY ? new Secret(text) : undefined),
);

export const password = readable('takes a password', (text) => new Secret(text));

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

export const listenAddress = readable(
  'takes host:port, such as 127.0.0.1:8080, :8080 for every address of this machine, or off',
  parseListenAddress,
);

export const hostNames = readable(
  'takes host names, comma-separated, without port: pylon-sync.example.com',
  (text) => {
    const names = text.split(/[\s,]+/).filter((name) => name !== '');
    return names.every((name) => /^[\w-]+(\.[\w-]+)*$/.test(name))
      ? names.map((name) => name.toLowerCase())
      : undefined;
  },
);

/** More than any slug has: a longer text is something else, put here by mistake. */
const LONGEST_SLUG = 100;

export const typeSlugs = readable(
  `takes slugs of types of custom objects, comma-separated, of letters, digits, - and _, each of ${LONGEST_SLUG} characters at most: license,device`,
  (text) => {
    const slugs = text.split(/[\s,]+/).filter((slug) => slug !== '');
    return slugs.every((slug) => slug.length <= LONGEST_SLUG && /^[a-z0-9][\w-]*$/i.test(slug))
      ? [...new Set(slugs)]
      : undefined;
  },
);

export function oneOf<const Value extends string>(...values: readonly Value[]) {
  return readable(`takes ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`, (text) =>
    values.find((value) => value === text),
  );
}

/** What the fields of a cron expression are called, and take. */
const CRON_FIELDS: Readonly<Record<string, readonly [name: string, takes: string]>> = {
  second: ['second', '0 to 59'],
  minute: ['minute', '0 to 59'],
  hour: ['hour', '0 to 23'],
  dayOfMonth: ['day of the month', '1 to 31'],
  month: ['month', '1 to 12, or jan to dec'],
  dayOfWeek: ['day of the week', '0 to 7, or sun to sat'],
};

/** A cron expression as node-cron takes it; the message names the field that is wrong, and what it takes. */
export const cron = z.string().superRefine((text, ctx) => {
  const [error] = validateDetailed(text).errors;
  if (error === undefined) return;
  const [name, takes] = CRON_FIELDS[error.field] ?? [];
  const fields = text.trim().split(/\s+/).length;
  const why =
    name === undefined
      ? `it has ${fields} ${fields === 1 ? 'field' : 'fields'}`
      : error.message.includes('impossible day')
        ? 'no month that it names has such a day'
        : `"${error.value}" is no ${name}: that takes ${takes}, *, lists such as 1,2, ranges such as 1-5 and steps such as */2`;
  ctx.addIssue({
    code: 'custom',
    message: `takes a cron expression of five fields (minute hour day month weekday), or six with seconds first (${why})`,
  });
});
