import { getTableColumns } from 'drizzle-orm';
import { expect } from 'vitest';
import { views } from '../../../src/db/bi/all.ts';
import { resources } from '../../../src/resources/index.ts';
import { type TestDatabase, test } from '../../helpers/database.ts';

interface Described {
  readonly relation: string;
  readonly comment: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly comment: string }[];
}

async function described({ pool }: TestDatabase, relation: string): Promise<Described> {
  const { rows } = await pool.query<Described>(
    `SELECT $1::text AS relation, obj_description($1::text::regclass, 'pg_class') AS comment,
            jsonb_agg(jsonb_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
                                         'comment', col_description(attrelid, attnum)) ORDER BY attnum) AS columns
       FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped`,
    [relation],
  );
  return rows[0] as Described;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const section = ({ relation, comment, columns }: Described) => `### ${relation.replaceAll('"', '')}

${cell(comment)}

| column | type | what it is |
| --- | --- | --- |
${columns.map(({ name, type, comment: said }) => `| \`${name}\` | ${type} | ${cell(said)} |`).join('\n')}
`;

/** References between tables, as the columns that hold them. */
function diagram(): string {
  const lines = resources.flatMap(({ name, table, refers = {} }) =>
    Object.keys(getTableColumns(table)).flatMap((column) => {
      const target = refers[column];
      return target === undefined ? [] : [`  ${target} |o--o{ ${name} : ${column}`];
    }),
  );
  return `\`\`\`mermaid\nerDiagram\n${lines.join('\n')}\n\`\`\``;
}

test('the data dictionary is what the database says of itself', async ({ database }) => {
  const parts = async (names: readonly string[]) => {
    const all: string[] = [];
    for (const name of names) all.push(section(await described(database, name)));
    return all.join('\n');
  };
  const [first, ...others] = resources
    .filter(({ customFields }) => customFields !== undefined)
    .map(({ name }) => name);
  const carriers = [[first, ...others.slice(0, -1)].join(', '), others.at(-1)].join(' and ');
  const text = `# Data dictionary

Made from the comments in the database (\`npm run docs\`); a test holds it to them. Custom fields add columns to the views
of ${carriers}, \`cf_\` and their slug, beyond those listed here.

## How the tables hang together

Columns that hold another object's id. Pylon's references can dangle, so there are no foreign keys.

${diagram()}

## Views for people and BI tools: \`pylon_bi\`

${await parts(views.map(({ name }) => `pylon_bi.${name}`))}
## The mirror: \`pylon\`

${await parts(resources.map(({ name }) => `pylon.${name}`))}
## Edits: \`pylon_sync.edits\`

${await parts(['pylon_sync.edits'])}`;
  await expect(text).toMatchFileSnapshot('../../../docs/data-dictionary.md');
});
