import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type PgColumn } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { ownColumns } from '../../src/db/row/row.ts';
import { resources } from '../../src/resources/index.ts';
import { COMMON_WORDS, columnWords } from '../../src/resources/words.ts';
import { DOCUMENTED } from './documented.ts';
import { FACTS, payload } from './payloads.ts';

const columnsOf = (name: string): readonly string[] => {
  const found = resources.find((resource) => resource.name === name);
  return found === undefined ? [] : ownColumns(found.table).map((column) => column.name);
};
const placeholders = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

/** What a column contains, by its name. */
const MARKS = [
  ['email', /email/],
  ['phone', /phone/],
  ['body', /html|body|(^|_)text$/],
] as const;

/** Columns that hold ids of others of which no view shows the name. */
const NOT_SHOWN: Readonly<Record<string, readonly string[]>> = {
  issue_messages: ['thread_id issue_threads'],
};

test('each resource is there once, and what its listing answers is documented', () => {
  const names = resources.map((resource) => resource.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => (DOCUMENTED[name] ?? '') === '')).toEqual([]);
});

describe.each(resources.map((resource, place) => ({ ...resource, resource, place })))('$name', (given) => {
  const { name, table, resource, place } = given;
  const { pull, get, derive, covered = {}, volatile = [], refers = {}, contains = {}, words = {} } = resource;
  const columns = columnsOf(name);
  const earlier = resources.slice(0, place).map((other) => other.name);

  test('has the table of its name, keyed by a text id, without foreign keys', () => {
    const config = getTableConfig(table);
    expect([config.schema, config.name]).toEqual(['pylon', name]);
    expect(config.foreignKeys).toEqual([]);
    const keys = config.columns.filter((column) => column.primary);
    expect(keys.map((column) => `${column.name} ${column.getSQLType()}`)).toEqual(['id text']);
  });

  test('demands no column but the key: whatever is missing is null', () => {
    const own: Record<string, PgColumn> = getTableColumns(table);
    const required = columns.filter((column) => own[column]?.notNull === true);
    expect(required).toEqual(['id']);
  });

  test('names its indexes after the table and the columns, or what they are for', () => {
    for (const { config } of getTableConfig(table).indexes) {
      const indexed = config.columns.map((column) => ('name' in column ? column.name : undefined));
      // Of an expression, of some rows only, or of all that a question needs, the columns do not say it.
      if (indexed.includes(undefined) || indexed.length > 3 || config.where !== undefined)
        expect(config.name).toMatch(new RegExp(`^${name}_[a-z_]+$`));
      else expect(config.name).toBe([name, ...indexed].join('_'));
    }
  });

  test('gives every documented field a column, or says that it is covered', () => {
    const homeless = (DOCUMENTED[name] ?? '')
      .split(' ')
      .filter((field) => !columns.includes(field) && !Object.hasOwn(covered, field));
    expect(homeless).toEqual([]);
  });

  test('covers no field that is a column', () => {
    expect(Object.keys(covered).filter((field) => columns.includes(field))).toEqual([]);
  });

  test('derives only columns of its own', () => {
    const derived = Object.keys(derive?.(payload(name), FACTS[name] ?? {}) ?? {});
    expect(derived.filter((key) => key !== '_extra' && !columns.includes(key))).toEqual([]);
  });

  test('has words for what a row is and for each column, and none twice', () => {
    expect(resource.about).toMatch(/^[A-Z].*\.$/);
    const said = columnWords(resource);
    expect(Object.keys(said).filter((column) => !/^\S.*\.$/.test(said[column] ?? ''))).toEqual([]);
    const common: Readonly<Record<string, string>> = COMMON_WORDS;
    expect(Object.keys(words).filter((column) => words[column] === common[column])).toEqual([]);
  });

  test('says what each of its references refers to, and that has a name', () => {
    const targets = resources.filter((one) => Object.values(refers).includes(one.name));
    expect(new Set(targets.map((one) => one.name))).toEqual(new Set(Object.values(refers)));
    for (const { title } of targets) expect(title).toBeDefined();
    // What the words say is an id of another table's.
    const said = columnWords(resource);
    const named = columns.flatMap((column) => {
      const [, target] = /: (\w+)\.id[;.]/.exec(said[column] ?? '') ?? [];
      return target === undefined ? [] : [`${column} ${target}`];
    });
    const referring = Object.entries(refers).map((reference) => reference.join(' '));
    expect(named.filter((one) => !referring.includes(one))).toEqual(NOT_SHOWN[name] ?? []);
  });

  test('marks every column that contains addresses, phone numbers or what people wrote', () => {
    for (const column of columns) {
      const [is] = MARKS.find(([, pattern]) => pattern.test(column)) ?? [];
      if (is !== undefined) expect(`${column}: ${contains[column]}`).toBe(`${column}: ${is}`);
    }
    expect(Object.keys(contains).filter((column) => !columns.includes(column))).toEqual([]);
  });

  test('calls volatile only columns', () => {
    expect(volatile.filter((column) => !columns.includes(column))).toEqual([]);
  });

  test('is fetched one by one by what its row knows', () => {
    expect(placeholders(get ?? '').filter((column) => !columns.includes(column ?? ''))).toEqual([]);
    if (get !== undefined) expect(placeholders(get)).toContain('id');
  });

  test('is listed by what a request can know', () => {
    switch (pull.by) {
      case 'parent':
        expect(earlier).toContain(pull.parent);
        expect(placeholders(pull.path)).toEqual(['id']);
        expect(columns).toContain(pull.foreignKey);
        expect(columnsOf(pull.parent)).toEqual(expect.arrayContaining([...(pull.mark ?? [])]));
        break;
      case 'reference':
        expect(earlier).toContain(pull.from.resource);
        expect(placeholders(pull.path)).toEqual(['id']);
        expect(columnsOf(pull.from.resource)).toContain(pull.from.column);
        break;
      case 'types':
        expect(placeholders(pull.path)).toEqual([pull.column]);
        expect(columns).toContain(pull.column);
        break;
      default:
        expect(placeholders(pull.path)).toEqual([]);
    }
  });
});
