import { randomUUID } from 'node:crypto';

/** Marks digits in intermediate JSON; random, so that no other text can begin with it. */
const MARK = `exact:${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A number in JSON with so many digits, or an exponent, that a double may not represent it exactly. */
const SUSPECT = /[:,[]\s*(-?\d(?:[\d.]{15,}|[\d.]*(?=[eE]))(?:[eE][+-]?\d+)?)/g;

let isMarking = false;
let isMet = false;

/** A canonical text of a number: digits without zeros at either end, and a power of ten. */
function normalized(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}

/** Whether a double represents the number: its shortest text is the same number. */
const isExact = (text: string): boolean => {
  const double = Number(text);
  return Number.isFinite(double) && normalized(String(double)) === normalized(text);
};

/** The most digits of Postgres's `numeric`, before and after the decimal point. */
const ROOM = { before: 131_072, after: 16_383 };

function hasRoom(text: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const power = Number(exponent);
  return whole.length + power <= ROOM.before && fraction.length - power <= ROOM.after;
}

/** A number that no double represents exactly, with its digits as written. */
export class ExactNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
    isMet = true;
  }
  /** A canonical text: the same for all spellings of one number. */
  get normalized(): string {
    return normalized(this.digits);
  }
  toString(): string {
    return this.digits;
  }
  /** `toJson` writes the digits as a number; plain `JSON.stringify` cannot, and writes them as a string. */
  toJSON(): string {
    return isMarking ? MARK + this.digits : this.digits;
  }
}

/** An ExactNumber, or the digits as a string if even `numeric` cannot store them. */
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

/** Replaces each number that no double represents by a marked string; the result is valid JSON. */
function withMarks(json: string): string {
  const parts: string[] = [];
  for (let from = 0; ; ) {
    const quote = json.indexOf('"', from);
    const between = json.slice(from, quote === -1 ? undefined : quote);
    parts.push(between.replace(NUMBER, (text) => (isExact(text) ? text : `"${MARK}${text}"`)));
    if (quote === -1) return parts.join('');
    from = endOfString(json, quote);
    parts.push(json.slice(quote, from));
  }
}

/**
 * Whether JSON may contain a number that no double represents. It may also return true for such digits inside a
 * string.
 */
export function maySpill(json: string): boolean {
  // The whole text is one number.
  if (/^\s*[-\d]/.test(json)) return !isExact(json.trim());
  for (const [, text = ''] of json.matchAll(SUSPECT)) if (!isExact(text)) return true;
  return false;
}

/**
 * Parses JSON, with an `ExactNumber` for each number that no double represents. Other JSON is parsed by `JSON.parse`
 * after one scan of the text.
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(json: string): unknown {
  const value = JSON.parse(json) as unknown;
  if (!maySpill(json)) return value;
  return JSON.parse(withMarks(json), (_, inner: unknown) =>
    typeof inner === 'string' && inner.startsWith(MARK) ? numberOf(inner.slice(MARK.length)) : inner,
  );
}

/** Writes a value as JSON; each `ExactNumber` becomes a number with its digits. */
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
