import { getTableColumns } from 'drizzle-orm';
import { getTableConfig, type PgColumn } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { ownColumns } from '../../src/db/row/row.ts';
import { resources } from '../../src/resources/index.ts';
import { DOCUMENTED } from './documented.ts';
import { FACTS, payload } from './payloads.ts';

const columnsOf = (name: string): readonly string[] => {
  const found = resources.find((resource) => resource.name === name);
  return found === undefined ? [] : ownColumns(found.table).map((column) => column.name);
};
const placeholders = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

test('every documented object type is a resource, once', () => {
  const names = resources.map((resource) => resource.name);
  expect(names.toSorted()).toEqual(Object.keys(DOCUMENTED).toSorted());
  expect(new Set(names).size).toBe(names.length);
});

describe.each(resources.map((resource, place) => ({ ...resource, resource, place })))('$name', (given) => {
  const { name, table, resource, place } = given;
  const { pull, get, derive, covered = {}, volatile = [] } = resource;
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
      // Of an expression, or of some rows only, the columns do not say it.
      if (indexed.includes(undefined) || config.where !== undefined)
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
      default:
        expect(placeholders(pull.path)).toEqual([]);
    }
  });
});
