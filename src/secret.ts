import { inspect } from 'node:util';

/**
 * A text that no log, error, page or `inspect` shows: only `reveal` gives it out, at the place that needs it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/**
 * The same text with every secret in it blacked out: a token wherever it stands, a database password where
 * an address carries it. For text that others wrote: a server's answer, a library's error.
 */
export function concealing(secrets: readonly (Secret | undefined)[]): (text: string) => string {
  const needles = secrets.flatMap((secret) => (secret === undefined ? [] : needlesOf(secret.reveal())));
  return (text) => needles.reduce((shown, [needle, instead]) => shown.replaceAll(needle, instead), text);
}

/** Too short to be a secret, and so likely to be a word that anyone may print. */
const SHORTEST = 6;

function needlesOf(text: string): readonly (readonly [needle: string, instead: string])[] {
  const password = /^\w+:\/\/[^/@]*?:([^/]*)@/.exec(text)?.[1];
  if (password !== undefined) return password === '' ? [] : [[`:${password}@`, ':***@']];
  // An address without a password keeps no secret.
  if (password === undefined && /^\w+:\/\//.test(text)) return [];
  if (text.length < SHORTEST) return [];
  const quoted = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, quoted])].map((needle) => [needle, '***'] as const);
}
