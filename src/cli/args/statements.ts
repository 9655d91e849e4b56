/** What can hold a semicolon that ends no statement: quoted texts and names, dollar-quoted texts, comments. */
const TOKEN =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$])\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;

/** How something begins that has no end yet. */
const OPEN = /['"]|(?<![\w$])\$(?:[A-Za-z_]\w*)?\$|\/\*/;

/** Text that is typed, taken apart. */
export interface Typed {
  /** Everything up to the last semicolon that ends a statement; empty where none does. */
  readonly complete: string;
  /** The rest, which waits for more lines. */
  readonly rest: string;
}

/**
 * Tells how much of what was typed is complete statements. Comments of Postgres that are nested, which hardly anybody
 * types, are taken for ended at the first end.
 */
export function takeStatements(text: string): Typed {
  let end = 0;
  let from = 0;
  for (const token of text.matchAll(TOKEN)) {
    // An opening that has no end of its own swallows what comes after it.
    if (OPEN.test(text.slice(from, token.index))) break;
    from = token.index + token[0].length;
    if (token[0] === ';') end = from;
  }
  return { complete: text.slice(0, end).trim(), rest: text.slice(end).trimStart() };
}
