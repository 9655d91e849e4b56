import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean } from '../../src/db/row/clean.ts';
import { digest } from '../../src/db/row/digest.ts';
import type { SqlType } from '../../src/db/row/fit.ts';
import { isReject, type MappedRow, ownColumns, rowMapper } from '../../src/db/row/row.ts';
import { parseJson } from '../../src/exact.ts';
import { isValidInstant } from '../../src/instant.ts';
import { accounts } from '../../src/resources/accounts.ts';
import { resources } from '../../src/resources/index.ts';
import { issueFollowers } from '../../src/resources/issue_followers.ts';
import { issues } from '../../src/resources/issues.ts';

const toRow = rowMapper(issues);
const row = (object: unknown): MappedRow => {
  const mapped = toRow(object);
  if (isReject(mapped)) throw new Error(mapped.reason);
  return mapped;
};

/** A value that a column of each type takes. */
const VALUES: Readonly<Record<SqlType, unknown>> = {
  text: 'some text',
  bigint: 7,
  integer: 7,
  'double precision': 0.5,
  boolean: true,
  'timestamp with time zone': '2026-01-02T03:04:05Z',
  jsonb: { some: 'value' },
  'text[]': ['one'],
};

describe('the hash of a row', () => {
  test('stays the same when counters tick and URLs are signed anew', () => {
    const signed = (signature: string) => ({
      id: 'i',
      time_in_status_seconds: { open: signature.length },
      attachment_urls: [
        `https://files.example/a.png?Expires=${signature.length}&Signature=${signature}&Key-Pair-Id=K`,
      ],
      body_html: `<img src="https://files.example/a.png?Expires=1&amp;Signature=${signature}&amp;Key-Pair-Id=K">`,
    });
    expect(row(signed('abc~x')).hash).toBe(row(signed('longer-one_')).hash);
  });

  test('moves when a signed URL names another file', () => {
    const url = (file: string) => ({
      id: 'i',
      attachment_urls: [`https://files.example/${file}?Signature=x&Expires=1`],
    });
    expect(row(url('a.png')).hash).not.toBe(row(url('b.png')).hash);
  });

  test('stays the same when a counter ticks that does not fit its column', () => {
    const ticking = (counter: unknown) => row({ id: 'i', active_time_seconds: counter });
    expect(ticking('1 min').extra).toEqual({ active_time_seconds: '1 min' });
    expect(ticking('1 min').hash).toBe(ticking('2 min').hash);
    expect(ticking('1 min').hash).toBe(ticking(60).hash);
  });

  test('moves with an unknown field, and with a value that does not fit', () => {
    const plain = row({ id: 'i' }).hash;
    expect(row({ id: 'i', brand_new: 1 }).hash).not.toBe(plain);
    expect(row({ id: 'i', number: 'seven' }).hash).not.toBe(plain);
  });

  test.each([...resources])('moves with every column of $name but those that tick', (resource) => {
    const toRow = rowMapper({ ...resource, derive: (columns) => columns });
    const hashOf = (columns: Readonly<Record<string, unknown>>) =>
      (toRow({ id: 'i', ...columns }) as MappedRow).hash;
    const columns = ownColumns(resource.table);
    const still = columns.filter(({ name, type }) => hashOf({ [name]: VALUES[type] }) === hashOf({}));
    expect(still.map(({ name }) => name)).toEqual(
      columns.map(({ name }) => name).filter((name) => resource.volatile?.includes(name)),
    );
  });

  test('is of all of it, however long', () => {
    const long = (end: string) => ({ body_html: 'x'.repeat(100_000), title: end });
    expect(digest(long('one'))).not.toBe(digest(long('two')));
  });

  test('does not depend on the order of keys', () => {
    expect(digest({ a: 1, b: { c: [1, { d: 1, e: 2 }] } })).toBe(
      digest({ b: { c: [1, { e: 2, d: 1 }] }, a: 1 }),
    );
  });

  test('tells null and absent alike, as Pylon does', () => {
    expect(row({ id: 'i', title: null }).hash).toBe(row({ id: 'i' }).hash);
  });
});

describe('a value that does not fit its column', () => {
  test('becomes null and is kept in _extra', () => {
    const mapped = row({
      id: 'i',
      number: 'seven',
      created_at: 'yesterday',
      tags: ['a', 1],
      title: { en: 'x' },
    });
    expect(mapped.extra).toEqual({
      number: 'seven',
      created_at: 'yesterday',
      tags: ['a', 1],
      title: { en: 'x' },
    });
    expect(mapped.values.filter((value) => value !== null)).toEqual(['i']);
  });

  test.each([
    ['2024-02-29T23:59:59Z', true],
    ['2023-02-29T00:00:00Z', false],
    ['0001-01-01T00:00:00Z', true],
    ['9999-12-31T23:59:59Z', true],
    ['0000-01-01T00:00:00Z', false],
    ['2024-01-01T24:00:00Z', false],
    ['2024-13-01T00:00:00Z', false],
    ['2024-01-01T00:00:00', false],
    ['2024-01-01T00:00:00.123456789+05:30', true],
    [`2024-01-01T00:00:00.${'0'.repeat(40)}+05:30`, true],
    // Postgres takes no longer text for a time.
    [`2024-01-01T00:00:00.${'0'.repeat(800)}Z`, false],
    ['2024-01-01', false],
    ['', false],
  ])('%s is an instant: %s', (text, valid) => expect(isValidInstant(text)).toBe(valid));
});

describe('a time that stands for none', () => {
  const zero = '0001-01-01T00:00:00Z';

  test.each([...resources])('is null in every time of $name, and kept in _extra', (resource) => {
    const times = ownColumns(resource.table).filter(({ type }) => type === 'timestamp with time zone');
    const fields = Object.fromEntries(times.map(({ name }) => [name, zero]));
    const mapped = rowMapper({ ...resource, derive: (columns) => columns })({ id: 'i', ...fields });
    expect(mapped).toMatchObject({ extra: times.length === 0 ? null : fields });
    expect((mapped as MappedRow).values.filter((value) => value !== null)).toEqual(['i']);
  });

  test.each(['0001-01-01T00:00:00.000Z', '0001-01-01T00:00:00+00:00', '0001-01-01T07:52:58+07:52'])(
    'is known as %s too',
    (text) => expect(row({ id: 'i', resolution_time: text }).extra).toEqual({ resolution_time: text }),
  );

  test('differs from a time in the hash, also where the time itself ticks', () => {
    const breach = (text: string) => row({ id: 'i', first_response_breach_time: text }).hash;
    expect(breach(zero)).not.toBe(breach('2026-01-01T00:00:00Z'));
    expect(breach('2026-01-01T00:00:00Z')).toBe(breach('2026-01-02T00:00:00Z'));
  });

  test('is none of the times around it', () => {
    expect(row({ id: 'i', resolution_time: '0001-01-02T00:00:00Z' }).extra).toBeNull();
    expect(row({ id: 'i', resolution_time: '9999-12-31T23:59:59Z' }).extra).toBeNull();
  });
});

describe('an object that cannot be a row', () => {
  test.each([
    [{ title: 'no id' }, 'no id'],
    [{ id: '' }, 'no id'],
    [{ id: 7.5 }, 'no id'],
    [{ id: true }, 'no id'],
    [null, 'not a JSON object'],
    ['text', 'not a JSON object'],
    [[{ id: 'i' }], 'not a JSON object'],
  ])('%j: %s', (object, reason) => expect(toRow(object)).toMatchObject({ reason, payload: object }));
});

test('an id that comes as a whole number is stored as its digits', () => {
  expect(row({ id: 7 })).toEqual(row({ id: '7' }));
  expect(row(parseJson('{"id":12345678901234567890}')).id).toBe('12345678901234567890');
  const follower = rowMapper(issueFollowers)({ id: 7, type: 'user' }, { issue_id: 'i' });
  expect(follower).toMatchObject({ id: 'i:user:7', values: expect.arrayContaining(['7']) });
});

test('text that Postgres cannot hold is replaced, wherever it stands', () => {
  expect(clean({ 'k\u0000': ['a\u0000b', { c: '\ud800x' }], ok: '😀', n: 1 })).toEqual({
    'k\uFFFD': ['a\uFFFDb', { c: '\uFFFDx' }],
    ok: '😀',
    n: 1,
  });
  const fine = { a: ['b', { c: 'd' }] };
  expect(clean(fine)).toBe(fine);
});

test('no JSON value makes the mapper throw or lose an unknown field', () => {
  const mapAccount = rowMapper(accounts);
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (fields) => {
      const mapped = mapAccount({ ...fields, id: 'a', zzz_unknown: { deep: 1 } });
      expect(isReject(mapped)).toBe(false);
      expect((mapped as MappedRow).extra).toMatchObject({ zzz_unknown: { deep: 1 } });
    }),
  );
});
