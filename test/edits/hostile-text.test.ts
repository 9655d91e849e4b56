import { expect, test } from 'vitest';
import { clean } from '../../src/db/row/clean.ts';
import { arrayLiteral } from '../../src/db/row/fit.ts';
import { bodyOf } from '../../src/edits/body.ts';
import { matchScore } from '../../src/edits/create.ts';
import { same } from '../../src/edits/merge.ts';
import { tidied, wordsOf } from '../../src/edits/tidy.ts';
import { findHints } from '../../src/http/hints.ts';
import { isValidInstant } from '../../src/instant.ts';
import { webhookNames } from '../../src/resources/index.ts';
import { issues } from '../../src/resources/issues.ts';
import { unsigned } from '../../src/resources/signatures.ts';
import { tasks } from '../../src/resources/tasks.ts';
import { sanitized, slugOf } from '../../src/sandbox/routes/html.ts';
import { expectLinear } from '../helpers/growth.ts';

/** What is repeated, and what stands before and after it: each has made some expression go back and begin again. */
const TEXTS: readonly (readonly [before: string, repeated: string, after: string])[] = [
  ['', '<', ''],
  ['<b>', '<', ''],
  ['', '<a ', ''],
  ['', '<script ', '</style>'],
  ['<script>', '</script x', ''],
  ['', ' ', 'x'],
  ['', '\t\n', 'x'],
  [' on', 'n', ''],
  [' onx', ' ', 'x'],
  ['', ' onx="', ''],
  ['', 'href=javascript:', ''],
  ['href="javascript:', 'x', ''],
  ['Signature=1', 'Expires=', ''],
  ['Signature=', 'x', '"'],
  ['2026-01-01T00:00:00.', '0', ''],
  ['2026-01-01T00:00:00', '+00', ''],
  ['', '\\"', '\u0000'],
  ['', '-', 'x'],
  ['', '{', ''],
];

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  tidied,
  unsigned,
  clean,
  isValidInstant,
  sanitized,
  arrayLiteral: (text) => arrayLiteral([text]),
  slugOf: (text) => slugOf(text, 'x'),
  findHints: (text) => findHints({ issue_id: text, [text]: 'x' }, webhookNames),
  bodyOf: (text) => bodyOf(tasks, [{ column: 'due_date', value: text }], {}),
  same: (text) => same('value', text, `${text}x`),
  likeness: (text) => matchScore(issues, { title: text }, { title: 'x' }),
};

test.each(Object.keys(READERS))(
  '%s takes no longer for hostile text than for any of its length',
  async (name) => {
    for (const [before, repeated, after] of TEXTS)
      await expectLinear(8_000, (size) => READERS[name]?.(`${before}${repeated.repeat(size)}${after}`));
  },
);

test('of HTML its words are left, and what only looks like a tag', () => {
  expect(wordsOf('<p>a <b title="x">b</b></p>')).toBe('a b');
  expect(wordsOf('1 < 2 <br> 3 < 4')).toBe('1 < 2 3 < 4');
  expect(wordsOf('<<<')).toBe('<<<');
  expect(wordsOf('no tag')).toBe('no tag');
});
