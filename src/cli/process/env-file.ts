/** What a file of variables holds. */
export interface EnvFile {
  readonly values: ReadonlyMap<string, string>;
  /** Lines that are no part of it, each by its number and what it could be; never what stands there. */
  readonly problems: readonly string[];
}

const NOTHING = /^\s*(?:#.*)?$/;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/s;
/** A quoted value, and perhaps a comment. */
const QUOTED = /^\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`)\s*(?:#.*)?$/s;

const TAKES = 'takes NAME=value, a comment that begins with #, or nothing';
const QUOTES =
  'takes a value whose quotes end where it ends, in the same line; one that holds a quote stands in others';

/** The value that follows the `=`; undefined where its quotes are not in order. */
function valueIn(text: string): string | undefined {
  if (!/^\s*["'`]/.test(text)) return text.replace(/\s+#.*$/s, '').trim();
  const [, double, single, back] = QUOTED.exec(text) ?? [];
  return double?.replaceAll('\\n', '\n') ?? single ?? back;
}

/**
 * Reads a file of variables, one a line. A value stands as it is, without quotes from its first to its last character that
 * is not a space; ` #` begins a comment, a `#` within a value does not. In quotes it may hold both; in double ones `\n` is
 * the end of a line. Nothing is expanded.
 */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>();
  const problems: string[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const number = index + 1;
    if (NOTHING.test(line)) continue;
    const [, name, rest = ''] = line.includes('\0') ? [] : (ASSIGNMENT.exec(line) ?? []);
    if (name === undefined) {
      problems.push(`line ${number} ${TAKES}`);
      continue;
    }
    const value = valueIn(rest);
    const before = lines.get(name);
    if (value === undefined) problems.push(`line ${number}, ${name}: ${QUOTES}`);
    else if (before !== undefined) problems.push(`line ${number}: ${name} is set in line ${before} already`);
    else values.set(name, value);
    lines.set(name, before ?? number);
  }
  return { values, problems };
}
