import { randomUUID } from 'node:crypto';

/** Stands before digits in JSON on its way: nobody else can have written it. */
const MARK = `exact:${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A number, in its place in JSON, of so many digits or with an exponent that a double may not hold it. */
const SUSPECT = /[:,[]\s*(-?\d(?:[\d.]{15,}|[\d.]*(?=[eE]))(?:[eE][+-]?\d+)?)/g;

let isMarking = false;
let isMet = false;

/** A number as its digits without zeros at their ends, and a power of ten: the same for all spellings of one number. */
function normalized(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}

/** Whether a double holds a number exactly, as far as its shortest form tells. */
const isHeld = (text: string): boolean => {
  const double = Number(text);
  return Number.isFinite(double) && normalized(String(double)) === normalized(text);
};

/** Digits that Postgres's `numeric` has room for, before the point and after it. */
const ROOM = { before: 131_072, after: 16_383 };

function hasRoom(text: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const power = Number(exponent);
  return whole.length + power <= ROOM.before && fraction.length - power <= ROOM.after;
}

/** A number in JSON that no double holds, with all its digits as they were written. */
export class ExactNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
    isMet = true;
  }
  /** The same for all spellings of one number. */
  get normalized(): string {
    return normalized(this.digits);
  }
  toString(): string {
    return this.digits;
  }
  /** To `toJson` its digits; to `JSON.stringify`, which cannot write these as a number, a text of them. */
  toJSON(): string {
    return isMarking ? MARK + this.digits : this.digits;
  }
}

/** What stands for a number: one that not even `numeric` has room for stays a text. */
const numberOf = (digits: string): ExactNumber | string =>
  hasRoom(digits) ? new ExactNumber(digits) : digits;

function endOfString(json: string, quote: number): number {
  for (let at = quote; ; ) {
    at = json.indexOf('"', at + 1);
    if (at === -1) return json.length;
    let backslashes = 0;
    while (json[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
}

/** Valid JSON with a marked text in the place of each number that no double holds. */
function withMarks(json: string): string {
  const parts: string[] = [];
  for (let from = 0; ; ) {
    const quote = json.indexOf('"', from);
    const between = json.slice(from, quote === -1 ? undefined : quote);
    parts.push(between.replace(NUMBER, (text) => (isHeld(text) ? text : `"${MARK}${text}"`)));
    if (quote === -1) return parts.join('');
    from = endOfString(json, quote);
    parts.push(json.slice(quote, from));
  }
}

/** Whether JSON may hold a number that no double holds; a text in it that looks like one counts too. */
export function maySpill(json: string): boolean {
  // Nothing stands before a number that is all there is.
  if (/^\s*[-\d]/.test(json)) return !isHeld(json.trim());
  for (const [, text = ''] of json.matchAll(SUSPECT)) if (!isHeld(text)) return true;
  return false;
}

/**
 * The value of JSON, with an `ExactNumber` for each number that no double holds; any other JSON is parsed as
 * `JSON.parse` does, and as fast but for one look at it.
 *
 * @throws SyntaxError as that does.
 */
export function parseJson(json: string): unknown {
  const value = JSON.parse(json) as unknown;
  if (!maySpill(json)) return value;
  return JSON.parse(withMarks(json), (_, inner: unknown) =>
    typeof inner === 'string' && inner.startsWith(MARK) ? numberOf(inner.slice(MARK.length)) : inner,
  );
}

/** The JSON of a value, with the digits of each `ExactNumber` in it. */
export function toJson(
  value: unknown,
  replacer?: ((key: string, value: unknown) => unknown) | null,
  space?: number,
): string {
  if (!isMet) return JSON.stringify(value, replacer ?? undefined, space);
  isMarking = true;
  let json: string;
  try {
    json = JSON.stringify(value, replacer ?? undefined, space);
  } finally {
    isMarking = false;
  }
  return json?.includes(MARK) ? json.replace(MARKED, '$1') : json;
}
