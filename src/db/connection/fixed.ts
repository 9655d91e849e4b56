import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

const dialect = new PgDialect();

/**
 * The same SQL as one piece of text. What is the same in every statement of a kind is made into text once: Drizzle
 * would do so with each.
 *
 * @throws Error if it has values, which belong to one statement.
 */
export function fixed(part: SQL): SQL {
  const { sql: text, params } = dialect.sqlToQuery(part);
  if (params.length > 0) throw new Error(`SQL that is made once cannot have values: ${text}`);
  return sql.raw(text);
}

/** What `make` returns for a key, made once for as long as there is the key. */
export function oncePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}
