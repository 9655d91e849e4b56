import { sql } from 'drizzle-orm';
import type { Values } from '../../edits/merge.ts';
import type { Resource } from '../../resources/define.ts';
import { isObject } from '../../resources/fields.ts';
import { resources } from '../../resources/index.ts';
import type { Executor } from '../connection/connect.ts';
import { namesIn } from './names.ts';

/** How a value that an edit sends is called in the mirror. */
export interface Meaning {
  /** As `nameOf` names it. */
  readonly field: string;
  /** The label of an option or a state, or the title of a record. */
  readonly word: string;
  /** The slug or id. */
  readonly value: string;
}

/** The values of a field that edits give, each once. */
const wordsOf = (given: readonly unknown[]): readonly string[] => [
  ...new Set(given.flat().filter((value) => typeof value === 'string' && value !== '') as string[]),
];

const called = (field: string, values: readonly string[], names: ReadonlyMap<string, string>) =>
  values.flatMap((value): readonly Meaning[] => {
    const word = names.get(value);
    return word === undefined || word === value ? [] : [{ field, word, value }];
  });

/** What the slugs and ids of edits of one record stand for, by the labels and titles that the mirror knows. */
export async function readMeanings(
  db: Executor,
  resource: Resource,
  changes: readonly Values[],
): Promise<readonly Meaning[]> {
  const found: Meaning[] = [];
  const namesOf = async (name: string | undefined, ids: readonly string[]) => {
    const target = resources.find((one) => one.name === name);
    return target?.title === undefined ? new Map() : namesIn(db, target.table, target.title, ids);
  };
  for (const [column, how] of Object.entries(resource.writes?.columns ?? {})) {
    const target = how.choices ?? how.of ?? resource.refers?.[column];
    const given = changes.map((change) => change[column]);
    const values = target === undefined ? [] : wordsOf(given);
    if (values.length > 0) found.push(...called(column, values, await namesOf(target, values)));
    if (how.kind !== 'custom_fields') continue;
    const fields = given.filter(isObject).flatMap((one) => Object.entries(one));
    const { rows } = await db.execute<{
      slug: string;
      type: string;
      labels: Record<string, string> | null;
    }>(sql`
      SELECT DISTINCT ON (slug) slug, type,
             (SELECT jsonb_object_agg(one ->> 'slug', one ->> 'label')
                FROM jsonb_array_elements(CASE jsonb_typeof(select_metadata -> 'options')
                                            WHEN 'array' THEN select_metadata -> 'options' ELSE '[]' END) AS one
               WHERE one ->> 'slug' IS NOT NULL AND one ->> 'label' IS NOT NULL) AS labels
        FROM pylon.custom_fields
       WHERE object_type = ${resource.customFields?.kind ?? ''} AND slug = ANY(${sql.param(fields.map(([slug]) => slug))}::text[])
         AND _deleted_at IS NULL
       ORDER BY slug, is_read_only IS TRUE, created_at, id`);
    for (const { slug, type, labels } of rows) {
      const words = wordsOf(fields.filter(([name]) => name === slug).map(([, value]) => value));
      const names = type === 'user' ? await namesOf('users', words) : new Map(Object.entries(labels ?? {}));
      found.push(...called(`${column}.${slug}`, words, names));
    }
  }
  return found;
}
