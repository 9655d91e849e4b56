import { expect } from 'vitest';
import { asDaemon } from '../../helpers/as-daemon.ts';
import { test } from '../../helpers/database.ts';
import { expectLinear } from '../../helpers/growth.ts';

/** Each is repeated between what stands before and after it. */
const TEXTS: readonly (readonly [before: string, repeated: string, after: string])[] = [
  ['', '<', ''],
  ['<b>', '<', ''],
  ['', '<br ', ''],
  ['', '</td ', ''],
  ['', '<script ', '</style>'],
  ['', '<style ', '</script>'],
  ['<script>', '</script x', ''],
  ['', ' ', 'x'],
  ['', ' \n', 'x'],
  ['', '&amp;', ''],
  ['1', '0', 'x'],
  ['2026-01-01T00:00:00.', '0', ''],
];

const FUNCTIONS = ['plain_text', 'to_number', 'to_boolean', 'to_day', 'to_instant'];

test.for(FUNCTIONS)(
  '%s takes no longer for hostile text than for any of its length',
  async (name, { database }) => {
    for (const given of TEXTS)
      await expectLinear(
        1_000,
        (size) =>
          database.pool.query(`SELECT pylon_bi.${name}($1 || repeat($2, $4) || $3)`, [...given, size]),
        // It is the server that works.
        { clock: () => performance.now(), slackMs: 500 },
      );
  },
);

test.for([
  ['99999999999999999999.5', '99999999999999999999.5'],
  ['100000000000000000000', null],
  ['-1e20', null],
  ['1.50', '1.50'],
  ['0.1234567890123456789', '0.123456789012345679'],
  ['1e-30', '0.000000000000000000'],
])(
  'to_number of %s is no wider than a decimal of 38 digits, 18 of them after the point',
  async ([given, shown], { database }) => {
    const { rows } = await database.pool.query('SELECT pylon_bi.to_number($1)::text AS number', [given]);
    expect(rows).toEqual([{ number: shown }]);
  },
);

test('plain_text leaves out scripts and styles, each to its own end', async ({ database }) => {
  const shown = async (html: string) =>
    (await database.pool.query('SELECT pylon_bi.plain_text($1) AS text', [html])).rows[0].text;
  expect(await shown('a<script>x</style>y</script>b<STYLE a>x</script></style >c')).toBe('abc');
  expect(await shown('<script>never closed')).toBe('never closed');
  expect(await shown('a<scripted>b')).toBe('ab');
});

test('plain_text keeps the words of neighbouring cells apart, on one line for each row', async ({
  database,
}) => {
  const html = '<table><tr><th>a</th><TH>b</TH ></tr>\n<tr><td>c</td><td>d</td></tr></table>';
  const { rows } = await database.pool.query('SELECT pylon_bi.plain_text($1) AS text', [html]);
  expect(rows).toEqual([{ text: 'a b\nc d' }]);
});

test('a number that nothing can be is null in a view, and fails nothing', async ({ database: { pool } }) => {
  await asDaemon(
    pool,
    `INSERT INTO pylon.issues (id, number, state, created_at, csat_responses, time_in_status_seconds, business_hours_time_in_status_seconds)
     VALUES ('1', 1, 'closed', now(), '[{"score": 1e300}, {"score": 4}]', '{"new": 1e300, "closed": 60}', '{"new": 1e300, "closed": 60}')`,
  );
  const scores = await pool.query('SELECT score::text FROM pylon_bi.csat_responses ORDER BY 1');
  expect(scores.rows).toEqual([{ score: '4' }, { score: null }]);
  const spent = await pool.query(
    'SELECT state, time_seconds::text AS time, business_hours_seconds::text AS business FROM pylon_bi.issue_time_in_status ORDER BY 1',
  );
  expect(spent.rows).toEqual([
    { state: 'closed', time: '60', business: '60' },
    { state: 'new', time: null, business: null },
  ]);
  await expect(pool.query('SELECT * FROM pylon_bi.issue_metrics')).resolves.toBeDefined();
});
