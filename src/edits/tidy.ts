import { epochOf } from '../instant.ts';
import { isEmpty, isObject, put } from '../resources/fields.ts';

/** The greatest length of an e-mail address or domain. */
const LONGEST_NAME = 320;
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }),
);

/** The character for a character reference; unknown references stay. */
function character(reference: string, name: string): string {
  if (!name.startsWith('#')) return NAMED.get(name.toLowerCase()) ?? reference;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code <= 0x10_ff_ff ? String.fromCodePoint(code) : reference;
}

/** The beginnings of scripts, styles and comments, which nobody reads, and their ends. */
const UNREAD = /<(?:(script|style)\b|!--)/gi;
const TAG = /<[a-z/!][^<>]*>/gi;

/** HTML without scripts, styles and comments; an unclosed one extends to the end. Reads each character once. */
function readPart(html: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 1: name } of html.matchAll(UNREAD)) {
    if (index < from) continue;
    parts.push(html.slice(from, index));
    const close =
      name === undefined
        ? /-->/g
        : name.toLowerCase() === 'script'
          ? /<\/script[^>]*>?/gi
          : /<\/style[^>]*>?/gi;
    close.lastIndex = index;
    if (close.exec(html) === null) return parts.join(' ');
    from = close.lastIndex;
  }
  parts.push(html.slice(from));
  return parts.join(' ');
}

/** The words of HTML or plain text, separated by one blank: what stays the same however a server tidies it. */
export const wordsOf = (html: string): string =>
  (html.includes('<') ? readPart(html).replace(TAG, ' ') : html)
    .replace(/&(#?\w{1,10});/g, character)
    .replace(/\s+/g, ' ')
    .trim();

/** An instant in whole seconds, an address or a domain in lower case, any other text without blanks at its ends. */
export function trimmed(value: string): string | number {
  const at = epochOf(value);
  if (at !== undefined) return Math.floor(at / 1_000);
  const text = value.trim();
  const isName = text.length <= LONGEST_NAME && (ADDRESS.test(text) || DOMAIN.test(text));
  return isName ? text.toLowerCase() : text;
}

/**
 * Normalises a value, so that the sent one and the one that a server stores after tidying are equal: trims texts,
 * reduces HTML to its words, and drops empty members of objects and lists.
 */
export function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied).filter((item) => !isEmpty(item));
  if (isObject(value)) {
    const members: Record<string, unknown> = {};
    for (const key of Object.keys(value).sort()) {
      const inner = tidied(value[key]);
      if (!isEmpty(inner)) put(members, key, inner);
    }
    return members;
  }
  if (typeof value !== 'string') return value;
  const text = trimmed(value);
  // HTML without words, e.g. images only, is compared as it is.
  return typeof text === 'string' ? wordsOf(text) || text : text;
}

/** An element of a set in normal form: tags, addresses and domains that differ only by case are the same. */
export const folded = (item: unknown): unknown =>
  typeof item === 'string' ? item.trim().toLowerCase() : item;

/** A list without elements that differ from an earlier one only by case; elements of `existing` are written as there. */
export function eachOnce(items: readonly unknown[], existing: unknown = []): readonly unknown[] {
  const standing = new Set(Array.isArray(existing) ? existing : []);
  const seen = new Set(items.filter((item) => standing.has(item)).map(folded));
  return [...new Set(items)].filter((item) => {
    if (standing.has(item)) return true;
    if (seen.has(folded(item))) return false;
    seen.add(folded(item));
    return true;
  });
}
