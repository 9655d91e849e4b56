import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownColumns } from '../../src/db/row/row.ts';
import type { PylonObject } from '../../src/resources/define.ts';
import { isObject } from '../../src/resources/fields.ts';
import { resources } from '../../src/resources/index.ts';
import { COPIES, DOCUMENTED } from './documented.ts';
import { FACTS, liveAnswer, payload, stored } from './payloads.ts';

/** `path value` of every scalar in a value, but for copies of other objects and the slugs of custom fields. */
function scalars(value: unknown, copies: readonly string[], path = ''): [string, unknown][] {
  if (value == null || copies.includes(path) || /^custom_fields\.\w+\.slug$/.test(path)) return [];
  if (typeof value !== 'object') return [[path, value]];
  const below = (key: string) => (Array.isArray(value) ? path : path === '' ? key : `${path}.${key}`);
  return Object.entries(value).flatMap(([key, inner]) => scalars(inner, copies, below(key)));
}

/** A copy with one more field, of a value of its own, in every object there is. */
function withSurprises(value: unknown, path = 'top'): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withSurprises(item, `${path}-${index}`));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withSurprises(inner, `${path}-${key}`)]);
  return { ...Object.fromEntries(entries), surprise: `surprise at ${path}.` };
}

/** What is neither in a column nor in `_extra`. */
function lost(resource: string, object: PylonObject) {
  const { row, extra } = stored(resource, object);
  const text = JSON.stringify([row, extra]);
  return scalars(object, COPIES[resource] ?? []).filter(
    ([, value]) => !text.includes(typeof value === 'string' ? value : JSON.stringify(value)),
  );
}

describe.each([...resources])('$name', ({ name, table, derive }) => {
  test('has a payload with every documented field set', () => {
    const missing = (DOCUMENTED[name] ?? '').split(' ').filter((field) => payload(name)[field] == null);
    expect(missing).toEqual([]);
  });

  test('loses nothing of its payload, and leaves to _extra only what is undocumented', () => {
    expect(lost(name, payload(name))).toEqual([]);
    expect([null, { custom_fields: { region: { interpreted_value: 'Europe' } } }]).toContainEqual(
      stored(name, payload(name)).extra,
    );
  });

  test('loses no field that Pylon may add, at any depth', () => {
    expect(lost(name, withSurprises(payload(name)) as PylonObject)).toEqual([]);
  });

  test('never throws, whatever its fields hold', () => {
    const columns = new Set(['_extra', ...ownColumns(table).map((column) => column.name)]);
    const fields = (DOCUMENTED[name] ?? '').split(' ');
    const nested = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.dictionary(
        fc.constantFrom('id', 'email', 'user', 'contact', 'value', 'values', 'toString'),
        fc.jsonValue(),
      ),
    );
    const objects = fc.dictionary(fc.constantFrom(...fields), nested);
    fc.assert(
      fc.property(objects, (object) => {
        const derived = derive?.(object, FACTS[name] ?? {}) ?? {};
        expect(Object.keys(derived).filter((key) => !columns.has(key))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ['accounts', 'accounts-first-page'],
  ['accounts', 'accounts-second-page'],
  ['accounts', 'account'],
  ['contacts', 'contact'],
  ['issues', 'issue'],
  ['issues', 'issues-search'],
  ['tasks', 'task-created'],
  ['users', 'user'],
])('%s as answered live (%s) lose nothing', (resource, answer) => {
  const { data } = liveAnswer(answer);
  const objects = Array.isArray(data) ? data : [data];
  expect(objects.length).toBeGreaterThan(0);
  for (const object of objects) expect(lost(resource, object)).toEqual([]);
});
