import { expect, test } from 'vitest';
import { answerLines, noticeText } from '../../src/cli/render/answers.ts';
import type { Answered } from '../../src/db/connection/console.ts';

const answerText = (answered: Answered): string => [...answerLines(answered)].join('\n');

test('rows become a table with numbers to the right and nulls empty', () => {
  const text = answerText({
    columns: ['state', 'count'],
    rows: [
      ['new', '7'],
      ['on_hold', '12'],
      [null, null],
    ],
    tag: 'SELECT 3',
  });
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'state   count',
    '──────────────',
    'new         7',
    'on_hold    12',
    '',
    '(3 rows)',
  ]);
});

test('columns keep their width beside wide characters and values of several lines', () => {
  const text = answerText({
    columns: ['name', 'n', 'note'],
    rows: [
      ['日本', '1', 'two\nlines'],
      ['é', '22', ''],
    ],
    tag: 'SELECT 2',
  });
  expect(text.split('\n')).toEqual([
    'name  n note',
    '──────────────',
    '日本  1 two',
    '        lines',
    'é    22 ',
    '(2 rows)',
  ]);
});

test('any number of rows is laid out', () => {
  const rows = Array.from({ length: 125_000 }, (_, at) => [`${at}`]);
  let lines = 0;
  for (const _ of answerLines({ columns: ['n'], rows, tag: '' })) lines++;
  expect(lines).toBe(125_003);
});

test('a statement without rows says what it did', () => {
  expect(answerText({ columns: [], rows: [], tag: 'UPDATE 1' })).toBe('UPDATE 1');
  expect(answerText({ columns: ['id'], rows: [], tag: 'SELECT 0' })).toMatch(/^id\s*\n\(0 rows\)$/);
});

test('what somebody wrote does not steer the terminal', () => {
  const text = answerText({
    columns: ['title'],
    rows: [['\u001b[2J\u001b]0;owned\u0007red\rover']],
    tag: '',
  });
  // Line feeds apart, no control character is left.
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(text).toContain('red');
  const notice = noticeText({ severity: 'ERROR', message: 'no\u001b[1m', detail: undefined, hint: 'try' });
  expect(notice).toBe('ERROR:  no\nHINT:  try');
});
