import { getTableColumns } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { published } from '../../src/db/schema/publication.ts';
import type { Resource } from '../../src/resources/define.ts';
import { resources } from '../../src/resources/index.ts';
import { listed } from '../../src/resources/listed.ts';
import { LEFT_OUT, operation, REACHED } from '../../src/resources/operations.ts';
import { columnWords } from '../../src/resources/words.ts';
import { documented } from '../pylon/documented.ts';

/** Documents that `npm run docs` makes from the descriptors: a test says when they are behind. */
const docs = (name: string) => `../../docs/${name}`;

/** One row of a table, in words: `knowledge_bases` → `knowledge base`. */
const oneOf = (table: string) => table.replace(/s$/, '').replaceAll('_', ' ');

const code = (name: string) => `\`${name}\``;

/** How changes of a resource are seen. */
function seenBy({ pull, changes }: Resource): string {
  if (changes !== undefined) return 'search, every minute';
  switch (pull.by) {
    case 'object':
      return 'one request, with the lists';
    case 'list': {
      const [first = {}, ...others] = pull.variants ?? [];
      const each = others.length > 0 ? ` per ${Object.keys(first).map(oneOf).join(' and ')}` : '';
      return `whole list${each}${pull.limit === undefined ? '' : ', in pages'}`;
    }
    case 'parent':
      return pull.mark === undefined
        ? `whole list per ${oneOf(pull.parent)}`
        : `per ${oneOf(pull.parent)}, when ${pull.mark.map(code).join(' or ')} moved`;
    case 'reference':
      return `one by one, with the lists and with their ${pull.from.resource.replaceAll('_', ' ')}`;
    case 'types':
      return `whole list per ${oneOf(pull.column)}, in pages`;
    case 'search':
      return 'whole list, in pages';
    case 'slices':
      return 'whole list, in slices';
    case 'window':
      return 'whole, with the reconcile schedule';
  }
}

test('the table of resources is what the descriptors say', async () => {
  const searched = resources.filter(({ changes }) => changes !== undefined);
  const compared = resources.filter(
    (one) => one.pull.by !== 'parent' && !listed(resources).includes(one) && one.get !== undefined,
  );
  const text = `# Resources

Made from the descriptors in \`src/resources\` (\`npm run docs\`); a test holds it to them.

| table | changes are seen by | notes |
|---|---|---|
${resources
  .map((one) => `| ${code(one.name)} | ${seenBy(one)} | ${one.note === undefined ? '' : `${one.note} `}|`)
  .join('\n')}

A minute in which nothing changes costs one request for each of the ${searched.length} resources that are searched. Whole lists come
with the list schedule, and everything is compared with the reconcile schedule. Messages and threads bound a first
reading: 108 issues a minute each, at today's tiers and the default share. What changes meanwhile is pulled all the same.

Deletions leave no trace in Pylon. They are found where a listing, read to its end, no longer holds a record: with the
list schedule for what is listed, with the reconcile schedule for ${compared.map(({ name }) => name).join(', ')}, with their
parent for messages, comments and the like. Each is confirmed before the row is marked.
`;
  await expect(text).toMatchFileSnapshot(docs('reference/resources.md'));
});

test('the script of the publication names what is published', async () => {
  const text = `-- What migrate publishes by itself where it may. For the owner of these tables, or a superuser, once; needs CREATE on the
-- database. Subscribers, Debezium and the like also need wal_level = logical on this server.
CREATE PUBLICATION pylon FOR TABLE
${published.map((table) => `  ${table}`).join(',\n')}
  WITH (publish = 'insert, update, delete');
`;
  await expect(text).toMatchFileSnapshot(docs('publication.sql'));
});

/** Where each operation that Pylon documents is reached, or why it is not. */
const operations = documented.map(({ endpoint, perMinute }) => {
  const [method = '', route = ''] = endpoint.split(' ');
  const name = operation(method, route);
  return { name, method, route, perMinute, reached: REACHED.get(name), leftOut: LEFT_OUT[name] };
});

test('each operation that Pylon documents is used or left out with a reason, and no other is', () => {
  const open = operations.filter(
    ({ reached, leftOut }) => (reached === undefined) === (leftOut === undefined),
  );
  expect(open.map(({ name }) => name)).toEqual([]);
  const known = operations.map(({ name }) => name);
  expect([...REACHED.keys(), ...Object.keys(LEFT_OUT)].filter((name) => !known.includes(name))).toEqual([]);
  // What there is no need for: one integration, and searches of what is listed whole.
  const needless = Object.keys(LEFT_OUT).filter((name) => LEFT_OUT[name]?.startsWith('no need: '));
  expect(needless.filter((name) => !name.endsWith('/search'))).toEqual([
    'POST /integrations/devin/disconnect',
  ]);
});

test('the table of operations is what the descriptors use', async () => {
  const used = operations.filter(({ reached }) => reached !== undefined);
  const text = `# Operations

Made from the descriptors in \`src/resources\` (\`npm run docs\`); a test holds it to them. Of the ${operations.length} operations of Pylon's API
that are known, ${used.length} are used. What a function of \`pylon\` takes, \`\\df pylon.*\` lists.

| operation | a minute | reached by |
|---|---|---|
${operations
  .map(({ method, route, perMinute, reached, leftOut }) => {
    const where = reached?.join(', ') ?? leftOut ?? '';
    return `| ${code(`${method} ${route}`)} | ${perMinute} | ${where} |`;
  })
  .join('\n')}

\`GET /email-suppressions\` is younger than Pylon's document of July 2026, which has the other ${operations.length - 1}. What is not known: how a
suppressed address is released, under which kind of object custom fields of call recordings are defined (\`meeting\` is
assumed), which custom fields feature requests have, and whether a new relationship counts as a change of its account.
`;
  await expect(text).toMatchFileSnapshot(docs('reference/operations.md'));
});

/** The sources of a dbt project: what each table and column is, how fresh it is, and what can be relied on. */
function dbtSource(one: Resource): object {
  const words = columnWords(one);
  const isOften = one.changes !== undefined || listed(resources).includes(one) || one.pull.by === 'parent';
  return {
    name: one.name,
    description: one.about,
    config: {
      freshness: {
        warn_after: isOften ? { count: 2, period: 'hour' } : { count: 2, period: 'day' },
        error_after: isOften ? { count: 1, period: 'day' } : { count: 4, period: 'day' },
      },
      loaded_at_query: `select fresh_as_of from pylon_bi.freshness where resource = '${one.name}'`,
    },
    columns: Object.keys(getTableColumns(one.table)).map((name) => {
      const target = one.refers?.[name];
      const tests = [
        ...(name === 'id' ? ['unique', 'not_null'] : []),
        // Pylon keeps references to what is gone: worth a look, and no failure.
        ...(target === undefined
          ? []
          : [
              {
                relationships: {
                  arguments: { to: `source('pylon', '${target}')`, field: 'id' },
                  config: { severity: 'warn', where: '_deleted_at is null' },
                },
              },
            ]),
      ];
      return { name, description: words[name], ...(tests.length > 0 && { data_tests: tests }) };
    }),
  };
}

test('the sources for dbt are what the descriptors say', async () => {
  const sources = {
    version: 2,
    sources: [
      {
        name: 'pylon',
        schema: 'pylon',
        description:
          'The mirror of a Pylon workspace. Rows that Pylon has deleted stay, with a time in _deleted_at.',
        tables: resources.map(dbtSource),
      },
    ],
  };
  const text = `# Sources for a dbt project (dbt 1.10.8 or newer), made from the descriptors by npm run docs: copy it into models/.\n${stringify(sources, { lineWidth: 118 })}`;
  await expect(text).toMatchFileSnapshot(docs('dbt/sources.yml'));
});

test('each reference of the sources leads to a table that is one of them', () => {
  const names = new Set(resources.map(({ name }) => name));
  const targets = resources.flatMap(({ refers = {} }) => Object.values(refers));
  expect(targets.length).toBeGreaterThan(20);
  expect(targets.filter((target) => !names.has(target))).toEqual([]);
});
