/** The content of an env file. */
export interface EnvFile {
  readonly values: ReadonlyMap<string, string>;
  /** Lines that cannot be read: each by its number and what it takes, never its text, which may be a secret. */
  readonly problems: readonly string[];
}

const NOTHING = /^\s*(?:#.*)?$/;
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/s;
/** A quoted value, with or without a comment after it. */
const QUOTED = /^\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`)\s*(?:#.*)?$/s;

const TAKES = 'takes NAME=value, a comment that begins with #, or nothing';
const QUOTES =
  'takes a value whose quotes end where it ends, in the same line; one that holds a quote stands in others';

/** The value after the `=`; undefined where its quotes do not match. */
function valueIn(text: string): string | undefined {
  if (!/^\s*["'`]/.test(text)) return text.replace(/\s+#.*$/s, '').trim();
  const [, double, single, back] = QUOTED.exec(text) ?? [];
  return double?.replaceAll('\\n', '\n') ?? single ?? back;
}

/**
 * Reads an env file, one variable a line. An unquoted value goes from its first to its last character that is not a
 * space; ` #` begins a comment, a `#` inside a word does not. A quoted value may contain spaces and `#`; in double
 * quotes `\n` is a line break. Nothing is expanded.
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
