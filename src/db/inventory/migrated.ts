import type { MadePart } from './part.ts';

/** A later change of a table, or of one of its columns: to be repeated if that is created again. */
interface Change {
  readonly schema: string;
  readonly table: string;
  readonly column?: string;
  readonly sql: string;
}

/** The result of migrations: each part once, and the statements that changed columns later. */
export interface Migrated {
  readonly parts: readonly MadePart[];
  readonly changes: readonly Change[];
}

const TABLE = /^CREATE (?:UNLOGGED )?TABLE "(\w+)"\."(\w+)" \(\n([\s\S]*)\n\)$/;
const COLUMN = /^"(\w+)" .*$/;
const CONSTRAINT = /^CONSTRAINT "(\w+)" .*$/;

/** The parts of a table, parsed from its CREATE statement as drizzle-kit writes it, with one part per line. */
function partsOfTable(sql: string, schema: string, table: string, body: string): readonly MadePart[] {
  const alter = `ALTER TABLE "${schema}"."${table}" ADD`;
  const parts = body.split('\n').flatMap((text): readonly MadePart[] => {
    const line = text.trim().replace(/,$/, '');
    const column = COLUMN.exec(line)?.[1];
    const constraint = CONSTRAINT.exec(line)?.[1];
    if (constraint !== undefined)
      return [{ kind: 'constraint', schema, table, name: constraint, sql: `${alter} ${line}` }];
    if (column === undefined) throw new TypeError(`${schema}.${table}: cannot read "${line}"`);
    const key = `${table}_pkey`;
    return [
      { kind: 'column', schema, table, name: column, sql: `${alter} COLUMN ${line}` },
      ...(line.includes(' PRIMARY KEY ')
        ? [
            {
              ...({ kind: 'constraint', schema, table, name: key } as const),
              sql: `${alter} CONSTRAINT "${key}" PRIMARY KEY ("${column}")`,
            },
          ]
        : []),
    ];
  });
  return [{ kind: 'table', schema, table, name: table, sql }, ...parts];
}

/**
 * Parses what migrations create, so that missing parts can be created again in the same way.
 *
 * @throws TypeError if it does not understand a statement.
 */
export function partsOf(statements: readonly string[]): Migrated {
  const parts = new Map<string, MadePart>();
  const changes: Change[] = [];
  const add = (part: MadePart) => parts.set([part.kind, part.schema, part.table, part.name].join(' '), part);
  for (const statement of statements) {
    const sql = statement.trim().replace(/;$/, '');
    const found = (pattern: RegExp) => pattern.exec(sql)?.slice(1) as string[] | undefined;
    const schema = found(/^CREATE SCHEMA (?:IF NOT EXISTS )?"(\w+)"$/);
    const table = found(TABLE);
    const column = found(/^ALTER TABLE "(\w+)"\."(\w+)" ADD COLUMN (?:IF NOT EXISTS )?"(\w+)" /);
    const constraint = found(/^ALTER TABLE "(\w+)"\."(\w+)" ADD CONSTRAINT "(\w+)" /);
    const index = found(/^CREATE (?:UNIQUE )?INDEX "(\w+)" ON "(\w+)"\."(\w+)" /);
    const dropped = found(/^DROP INDEX "(\w+)"\."(\w+)"$/);
    const changed = found(/^ALTER TABLE "(\w+)"\."(\w+)" (?:ALTER COLUMN "(\w+)" )?/);
    if (schema) add({ kind: 'schema', schema: schema[0] ?? '', table: '', name: schema[0] ?? '', sql });
    else if (table)
      for (const part of partsOfTable(sql, table[0] ?? '', table[1] ?? '', table[2] ?? '')) add(part);
    else if (column)
      add({ kind: 'column', schema: column[0] ?? '', table: column[1] ?? '', name: column[2] ?? '', sql });
    else if (constraint) {
      const [inSchema = '', of = '', name = ''] = constraint;
      add({ kind: 'constraint', schema: inSchema, table: of, name, sql });
    } else if (index)
      add({ kind: 'index', schema: index[1] ?? '', table: index[2] ?? '', name: index[0] ?? '', sql });
    else if (dropped) {
      for (const [key, { kind, schema: from, name }] of parts)
        if (kind === 'index' && from === dropped[0] && name === dropped[1]) parts.delete(key);
    } else if (changed) {
      const [inSchema = '', of = '', altered] = changed;
      changes.push({
        schema: inSchema,
        table: of,
        ...(altered === undefined ? {} : { column: altered }),
        sql,
      });
    } else if (!/^(UPDATE|INSERT|DELETE|COMMENT|DO|SELECT|WITH)\b/.test(sql))
      throw new TypeError(`a migration's statement is not understood: ${sql.slice(0, 200)}`);
  }
  return { parts: [...parts.values()], changes };
}
