import type { Resource } from '../../src/resources/define.ts';
import { type ColumnKind, type Described, describedColumns } from './columns.ts';

/** What node-postgres reads a kind of column as, and what it takes for one. */
const READ: Readonly<Record<ColumnKind, string>> = {
  text: 'string',
  texts: 'string[]',
  instant: 'Date',
  whole: 'string',
  big: 'string',
  truth: 'boolean',
  json: 'unknown',
};
const WRITTEN: Readonly<Record<ColumnKind, string>> = {
  ...READ,
  instant: 'Date | string',
  whole: 'bigint | number | string',
  big: 'bigint | number | string',
};

function columnType({ kind, isNotNull, insert, update }: Described): string {
  const read = isNotNull || kind === 'json' ? READ[kind] : `${READ[kind]} | null`;
  const inserted = {
    required: WRITTEN[kind],
    optional: kind === 'json' ? 'unknown' : `${WRITTEN[kind]} | null | undefined`,
    never: 'never',
  }[insert];
  const updated = {
    value: WRITTEN[kind],
    'value or null': kind === 'json' ? 'unknown' : `${WRITTEN[kind]} | null`,
    never: 'never',
  }[update];
  return `Column<${read}, ${inserted}, ${updated}>`;
}

/** `issue_messages` → `IssueMessages`. */
const typeName = (table: string): string =>
  table.replaceAll(/(?:^|_)(\w)/g, (_, first: string) => first.toUpperCase());

const comment = (words: string, indent = ''): string => `${indent}/** ${words.replaceAll('*/', '*\\/')} */\n`;

/**
 * The types of tables for Kysely: plain interfaces, which need no package. A column that Pylon cannot change is none to
 * insert or update.
 */
export function kyselyTypes(resources: readonly Resource[]): string {
  const tables = resources.map((resource) => {
    const columns = describedColumns(resource).map(
      (column) => `${comment(column.words, '  ')}  ${column.name}: ${columnType(column)};`,
    );
    return `${comment(resource.about)}export interface ${typeName(resource.name)} {\n${columns.join('\n')}\n}`;
  });
  return `// Made from the descriptors in src/resources (npm run docs); a test compares it with them. Change those.

/** A column as Kysely knows one: what is read, what an INSERT takes, and what an UPDATE takes. */
interface Column<Select, Insert, Update> {
  readonly __select__: Select;
  readonly __insert__: Insert;
  readonly __update__: Update;
}

${tables.join('\n\n')}

/** For \`new Kysely<Database>(…)\`: the tables of schema pylon. */
export interface Database {
${resources.map(({ name }) => `  'pylon.${name}': ${typeName(name)};`).join('\n')}
}

/** The same under their own names, for \`db.withSchema('pylon')\`. */
export interface Pylon {
${resources.map(({ name }) => `  ${name}: ${typeName(name)};`).join('\n')}
}
`;
}
