import { inspect } from 'node:util';

/** A text that logs, errors, pages and `inspect` show as `[secret]`; only `reveal` returns it. */
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
 * Returns a function that replaces every secret in a text: a token anywhere, a database password inside an address.
 * For texts of others: a server's answer, a library's error.
 */
export function concealing(secrets: readonly (Secret | undefined)[]): (text: string) => string {
  const needles = secrets.flatMap((secret) => (secret === undefined ? [] : needlesOf(secret.reveal())));
  return (text) => needles.reduce((shown, [needle, instead]) => shown.replaceAll(needle, instead), text);
}

/** Shorter texts are not replaced: they may be ordinary words. */
const SHORTEST = 6;

function needlesOf(text: string): readonly (readonly [needle: string, instead: string])[] {
  const password = /^\w+:\/\/[^/@]*?:([^/]*)@/.exec(text)?.[1];
  // The password of an address that is wrong, as it has a / in it, or of one that has it among the parameters.
  const whole = /^postgres(?:ql)?:\/\/[^/@:]*:(.*)@/is.exec(text)?.[1];
  const parameter = /^postgres(?:ql)?:.*[?&]password=([^&]+)/is.exec(text)?.[1];
  // Whoever knows the path of such an address may send to it.
  const path = /^https?:\/\/[^/?]+([/?][^#]+)/.exec(text)?.[1];
  const parts: (readonly [string, string])[] = [];
  if (path !== undefined && path.length >= SHORTEST) parts.push([path, '/***']);
  if (password !== undefined && password !== '') parts.push([`:${password}@`, ':***@']);
  if (whole !== undefined && whole !== '' && whole !== password) parts.push([`:${whole}@`, ':***@']);
  if (parameter !== undefined) parts.push([`password=${parameter}`, 'password=***']);
  if (password !== undefined || parts.length > 0) return parts;
  // Another address without a password contains no secret.
  if (password === undefined && /^\w+:\/\//.test(text)) return [];
  if (text.length < SHORTEST) return [];
  const quoted = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, quoted])].map((needle) => [needle, '***'] as const);
}
