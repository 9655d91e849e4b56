import type { Resource } from '../../src/resources/define.ts';
import { type ColumnKind, type Described, describedColumns } from './columns.ts';
import { type Relation, relationsOf } from './relations.ts';

const MADE =
  '// Made from the descriptors in src/resources (npm run docs); a test compares it with them. Change those.';

/** How Drizzle builds a column of a kind. */
const BUILT: Readonly<Record<ColumnKind, string>> = {
  text: 'text()',
  texts: 'text().array()',
  instant: "timestamp({ withTimezone: true, mode: 'string' })",
  whole: "bigint({ mode: 'number' })",
  big: "bigint({ mode: 'bigint' })",
  truth: 'boolean()',
  json: 'jsonb()',
};

function built({ kind, isKey, isNotNull, default: sql }: Described): string {
  return [
    BUILT[kind],
    ...(isKey ? ['.primaryKey()'] : isNotNull ? ['.notNull()'] : []),
    ...(sql === undefined ? [] : [`.default(sql\`${sql}\`)`]),
  ].join('');
}

function table(resource: Resource): string {
  const columns = describedColumns(resource).map((column) => `  ${column.name}: ${built(column)},`);
  return `export const ${resource.name} = pylon.table('${resource.name}', {\n${columns.join('\n')}\n});`;
}

/** The relations of one table, each as `write` writes it; undefined if it has none. */
function eachOf(
  name: string,
  relations: readonly Relation[],
  write: { readonly one: (of: Relation) => string; readonly many: (of: Relation) => string },
): readonly string[] {
  return [
    ...relations.filter(({ from }) => from === name).map((of) => `  ${of.one}: ${write.one(of)},`),
    ...relations.filter(({ to }) => to === name).map((of) => `  ${of.many}: ${write.many(of)},`),
  ];
}

/** Both sides name a relation alike: two tables may have several. */
const together = ({ from, column }: Relation) => `relationName: '${from}.${column}'`;

/** The module: tables of schema `pylon` for Drizzle, with their relations. */
export function drizzleModule(resources: readonly Resource[]): string {
  const relations = relationsOf(resources);
  const related = resources.flatMap(({ name }) => {
    const each = eachOf(name, relations, {
      one: (of) =>
        `one(${of.to}, { fields: [${of.from}.${of.column}], references: [${of.to}.id], ${together(of)} })`,
      many: (of) => `many(${of.from}, { ${together(of)} })`,
    });
    if (each.length === 0) return [];
    const sides = [
      ...(each.some((line) => line.includes(': one(')) ? ['one'] : []),
      ...(each.some((line) => line.includes(': many(')) ? ['many'] : []),
    ].join(', ');
    return [
      `export const ${name}_relations = relations(${name}, ({ ${sides} }) => ({\n${each.join('\n')}\n}));`,
    ];
  });
  return `${[
    MADE,
    "import { relations, sql } from 'drizzle-orm';",
    "import { bigint, boolean, jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';",
    '',
    "export const pylon = pgSchema('pylon');",
    '',
    [...resources.map(table), ...related].join('\n\n'),
  ].join('\n')}\n`;
}

/** What the types of Drizzle say of each kind of column. */
const TYPES = `/** What Drizzle knows about each kind of column. */
interface Kinds {
  text: Kind<'string', 'PgText', string, string, [string, ...string[]]>;
  texts: Kind<'array', 'PgArray', string[], string | string[], [string, ...string[]]>;
  instant: Kind<'string', 'PgTimestampString', string, string>;
  whole: Kind<'number', 'PgBigInt53', number, string | number>;
  big: Kind<'bigint', 'PgBigInt64', bigint, string>;
  truth: Kind<'boolean', 'PgBoolean', boolean, boolean>;
  json: Kind<'json', 'PgJsonb', unknown, unknown>;
}

interface Kind<DataType extends ColumnDataType, ColumnType extends string, Data, Sent, Values = undefined> {
  dataType: DataType;
  columnType: ColumnType;
  data: Data;
  driverParam: Sent;
  enumValues: Values;
}

type Traits = 'key' | 'not null' | 'default';

type Column<
  Table extends string,
  Name extends string,
  Of extends keyof Kinds,
  Trait extends Traits = never,
> = PgColumn<
  {
    name: Name;
    tableName: Table;
    dataType: Kinds[Of]['dataType'];
    columnType: Kinds[Of]['columnType'];
    data: Kinds[Of]['data'];
    driverParam: Kinds[Of]['driverParam'];
    notNull: 'not null' extends Trait ? true : false;
    hasDefault: 'default' extends Trait ? true : false;
    isPrimaryKey: 'key' extends Trait ? true : false;
    isAutoincrement: false;
    hasRuntimeDefault: false;
    enumValues: Kinds[Of]['enumValues'];
    baseColumn: Of extends 'texts' ? DrizzleColumn : never;
    identity: undefined;
    generated: undefined;
  },
  {},
  {}
>;

type Table<Name extends string, Columns extends Record<string, PgColumn>> = PgTableWithColumns<{
  name: Name;
  schema: 'pylon';
  columns: Columns;
  dialect: 'pg';
}>;`;

const comment = (words: string, indent = ''): string => `${indent}/** ${words.replaceAll('*/', '*\\/')} */\n`;

function typeOfTable(resource: Resource): string {
  const { name, about } = resource;
  const columns = describedColumns(resource).map((column) => {
    const traits = [
      ...(column.isKey ? ['key'] : []),
      ...(column.isNotNull ? ['not null'] : []),
      ...(column.default === undefined ? [] : ['default']),
    ].map((trait) => `'${trait}'`);
    const parts = [
      `'${name}'`,
      `'${column.name}'`,
      `'${column.kind}'`,
      ...(traits.length > 0 ? [traits.join(' | ')] : []),
    ];
    return `${comment(column.words, '    ')}    ${column.name}: Column<${parts.join(', ')}>;`;
  });
  return `${comment(about)}export declare const ${name}: Table<\n  '${name}',\n  {\n${columns.join('\n')}\n  }\n>;`;
}

/** The types of the module. A reference may lead to nothing, so that the record may always be null. */
export function drizzleTypes(resources: readonly Resource[]): string {
  const relations = relationsOf(resources);
  const related = resources.flatMap(({ name }) => {
    const each = eachOf(name, relations, {
      one: ({ to }) => `One<'${to}', false>`,
      many: ({ from }) => `Many<'${from}'>`,
    }).map((line) => line.replace(/,$/, ';').replace(/^/, '  '));
    return each.length === 0
      ? []
      : [
          `export declare const ${name}_relations: Relations<\n  '${name}',\n  {\n${each.join('\n')}\n  }\n>;`,
        ];
  });
  return `${[
    MADE,
    "import type { Column as DrizzleColumn, ColumnDataType, Many, One, Relations } from 'drizzle-orm';",
    "import type { PgColumn, PgSchema, PgTableWithColumns } from 'drizzle-orm/pg-core';",
    '',
    "export type * from './kysely.js';",
    '',
    TYPES,
    '',
    "export declare const pylon: PgSchema<'pylon'>;",
    '',
    [...resources.map(typeOfTable), ...related].join('\n\n'),
  ].join('\n')}\n`;
}
