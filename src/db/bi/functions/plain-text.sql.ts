import { PURE } from './pure.ts';

/** Tags after which a line ends. */
const BREAKS = '<(?:br|/p|/div|/li|/tr|/h[1-6])\\y[^>]*>';

/** Ends of a table's cells, between which a space stands. */
const CELL_ENDS = '</t[dh]\\y[^>]*>';

/**
 * Elements that contain no text. One expression for each: a common one would need a back reference to the name, and
 * Postgres would try it from each tag to the end of the text.
 */
const HIDDEN = ['script', 'style'].map((name) => `<${name}\\y.*?</${name}\\s*>`);

const ENTITIES: readonly (readonly [entity: string, text: string])[] = [
  ['&nbsp;', ' '],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#34;', '"'],
  ['&#39;', "''"],
  ['&apos;', "''"],
  // Last, so that the text of an escaped entity is not taken for an entity.
  ['&amp;', '&'],
];

/** A call of a function on what another call makes, with that one's lines indented. */
const call = (name: string, of: string, ...others: readonly string[]): string =>
  [`${name}(`, `${of},`.replaceAll(/^/gm, '  '), `  ${others.join(', ')}`, ')'].join('\n');

const withoutHidden = HIDDEN.reduce(
  (html, hidden) => call('regexp_replace', html, `'${hidden}'`, "''", "'gi'"),
  '$1',
);
const withCells = call('regexp_replace', withoutHidden, `'${CELL_ENDS}'`, "' '", "'gi'");
const withLines = call('regexp_replace', withCells, `'${BREAKS}'`, "E'\\n'", "'gi'");
const withoutTags = call('regexp_replace', withLines, "'<[^>]*>'", "''", "'g'");
const withText = ENTITIES.reduce(
  (html, [entity, text]) => call('replace', html, `'${entity}'`, `'${text}'`),
  withoutTags,
);
// A single space is not replaced by itself: most blanks are one, and each match costs.
const withoutBlanks = call('regexp_replace', withText, "' {2,}|[ \\t]*\\t[ \\t]*'", "' '", "'g'");
const withoutEmptyLines = call('regexp_replace', withoutBlanks, "E' *\\n *(?:\\n *)*'", "E'\\n'", "'g'");

/** The text of an HTML document, without empty lines. */
export const plainText = `
CREATE OR REPLACE FUNCTION pylon_bi.plain_text(html text)
RETURNS text
${PURE}
RETURN
  ${call('btrim', withoutEmptyLines, "E' \\n\\t\\r'").replaceAll('\n', '\n  ')}`;
