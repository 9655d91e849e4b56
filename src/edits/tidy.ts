import { isObject, put } from '../resources/fields.ts';
import { instantOf } from './instant.ts';

/** No address or domain is longer. */
const LONGEST_NAME = 320;
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' },
};

/** A character reference as the character that it stands for; one that is unknown stays. */
function character(reference: string, name: string): string {
  if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? reference;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code <= 0x10_ff_ff ? String.fromCodePoint(code) : reference;
}

/** What begins what nobody reads, and what ends it. */
const UNREAD = /<(?:(script|style)\b|!--)/gi;
const TAG = /<[a-z/!][^<>]*>/gi;

/** HTML without scripts, styles and comments; one that does not end goes on to the end. Reads each character once. */
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

/** The words of HTML or of plain text, with one blank between them: what is left of it whatever a server tidies. */
export const wordsOf = (html: string): string =>
  (html.includes('<') ? readPart(html).replace(TAG, ' ') : html)
    .replace(/&(#?\w{1,10});/g, character)
    .replace(/\s+/g, ' ')
    .trim();

const isEmpty = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) && value.length === 0);

/** An instant in whole seconds, an address or a domain in lower case, any other text without blanks at its ends. */
export function trimmed(value: string): string | number {
  const at = instantOf(value);
  if (at !== undefined) return Math.floor(at / 1_000);
  const text = value.trim();
  const isName = text.length <= LONGEST_NAME && (ADDRESS.test(text) || DOMAIN.test(text));
  return isName ? text.toLowerCase() : text;
}

/**
 * What a server makes of a value, in a form that is the same for what was sent and for what it keeps: texts trimmed,
 * HTML by its words, objects and lists without what is empty in them.
 */
export function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied).filter((item) => !isEmpty(item));
  if (isObject(value)) {
    const kept: Record<string, unknown> = {};
    for (const key of Object.keys(value).sort()) {
      const inner = tidied(value[key]);
      if (!isEmpty(inner)) put(kept, key, inner);
    }
    return kept;
  }
  if (typeof value !== 'string') return value;
  const text = trimmed(value);
  // What has no words, images alone for one, is told by nothing else.
  return typeof text === 'string' ? wordsOf(text) || text : text;
}

/** An element of a set as a server may keep it: tags, addresses and domains differ by more than their case. */
export const folded = (item: unknown): unknown =>
  typeof item === 'string' ? item.trim().toLowerCase() : item;

/** A list without what differs from an element before it by its case alone; what `kept` has stays as it is there. */
export function eachOnce(items: readonly unknown[], kept: unknown = []): readonly unknown[] {
  const standing = new Set(Array.isArray(kept) ? kept : []);
  const seen = new Set(items.filter((item) => standing.has(item)).map(folded));
  return [...new Set(items)].filter((item) => {
    if (standing.has(item)) return true;
    if (seen.has(folded(item))) return false;
    seen.add(folded(item));
    return true;
  });
}
