import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect } from 'vitest';
import { parseEnvFile } from '../src/cli/process/env-file.ts';
import { inspectConfig } from '../src/config.ts';
import { resources } from '../src/resources/index.ts';
import { SECRETS } from '../src/secret-files.ts';
import { run } from './helpers/command.ts';
import { test } from './helpers/database.ts';
import { DOCUMENTS, examplesOf, inlineCodeOf, isOurs } from './helpers/examples.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const markdown = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'bench'].flatMap((folder) =>
    existsSync(join(ROOT, folder))
      ? readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.md'))
          .map((name) => join(folder, name))
      : [],
  ),
];

/** Variables the code reads, with their defaults where they have one. */
const variables = new Map(
  [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): .*?(?:prefault\('(.*)'\))?,$/gm)].map(
    ([, name = '', byDefault]) => [name, byDefault],
  ),
);

/** The text below a heading, up to the next heading. */
function section(text: string, heading: string): string {
  const found = text.split(/^(?=##? )/m).find((part) => part.replace(/^#+ /, '').startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`no heading "${heading}"`);
  return found;
}

/** Cells of the rows of a text's tables, heads left out. */
function tableRows(text: string): readonly (readonly string[])[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return rows
    .filter((line, index) => !/^\|[-| ]+\|$/.test(line) && !/^\|[-| ]+\|$/.test(rows[index + 1] ?? ''))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

const codeIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

describe('configuration', () => {
  const rows = tableRows(read('docs/reference/configuration.md'));

  test('the reference describes every variable, and none that is not read', () => {
    expect(variables.size).toBeGreaterThan(10);
    expect(rows.flatMap(([name = '']) => codeIn(name)).sort()).toEqual([...variables.keys()].sort());
  });

  test('the reference gives the defaults of the code', () => {
    for (const [name, byDefault] of variables) {
      const row = rows.find(([first = '']) => codeIn(first).includes(name));
      if (byDefault) expect(`${name}: ${row?.[1]}`).toContain(`\`${byDefault}\``);
    }
  });

  /** As a user would have it who takes every comment sign away. */
  const { values, problems } = parseEnvFile(read('.env.example').replace(/^# ?(?=[A-Z_]+=)/gm, ''));
  const example = Object.fromEntries(values);

  test('.env.example names every variable, and none that nothing reads', () => {
    const compose = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
    expect(Object.keys(example).sort()).toEqual([...new Set([...variables.keys(), ...compose])].sort());
  });

  test('.env.example can be used as it stands', () => {
    expect(problems).toEqual([]);
    const { problems: wrong, warnings } = inspectConfig(
      { ...example, PYLON_API_TOKEN: 'a-token' },
      { token: true },
    );
    expect({ wrong, warnings }).toEqual({ wrong: [], warnings: [] });
    for (const [name, byDefault] of variables) if (byDefault) expect(example[name]).toBe(byDefault);
  });

  test('no document names a variable that is not read', () => {
    const named = markdown.flatMap((path) =>
      [...read(path).matchAll(/\b(?:PYLON_[A-Z_]+|LOG_[A-Z]+)\b/g)].map(([name]) => `${path}: ${name}`),
    );
    const known = new Set([...variables.keys(), ...SECRETS.map((secret) => `${secret}_FILE`)]);
    expect(named.filter((line) => !known.has(line.split(': ')[1] ?? ''))).toEqual([]);
  });
});

describe('commands', async () => {
  const listed = /^Commands:\n((?: .*\n)+)/m.exec((await run(['--help'])).stdout)?.[1] ?? '';
  const commands = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
  const described = tableRows(section(read('docs/reference/commands.md'), 'Commands')).map(
    ([first = '']) => first,
  );

  test('the reference describes every command, and none that is not there', () => {
    const names = described.map((cell) => codeIn(cell)[0]?.split(' ')[0]);
    expect(names.sort()).toEqual(commands.filter((name) => name !== 'help').sort());
  });

  test('the reference names every option', async () => {
    for (const name of commands) {
      const { stdout } = await run(['help', name]);
      const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
      const cell = described.find((text) => text.startsWith(`\`${name}`)) ?? '';
      for (const option of options.filter((flag) => flag !== '--help')) expect(cell).toContain(option);
    }
  });
});

describe('what documents say of the database', () => {
  test('the reference names every resource, and none that is not there', () => {
    const rows = tableRows(read('docs/reference/resources.md'));
    const named = rows.flatMap(([first = '']) => codeIn(first));
    expect(named.sort()).toEqual(resources.map(({ name }) => name).sort());
  });

  test('it names what each role reads of the daemon’s state, and nothing else', async ({ database }) => {
    const { rows } = await database.pool.query<{ role: string; tables: string[] }>(
      `SELECT role, array_agg(relname::text ORDER BY relname) AS tables
         FROM unnest('{pylon_reader,pylon_editor,pylon_approver}'::text[]) AS role
         JOIN pg_class ON relnamespace = 'pylon_sync'::regnamespace AND relkind = 'r'
        WHERE has_any_column_privilege(role, pg_class.oid, 'SELECT') GROUP BY 1`,
    );
    const named = tableRows(section(read('docs/editing.md'), 'Roles'));
    const [ofReader = []] = named.map(([, reads = '']) =>
      codeIn(reads).filter((code) => !/^pylon|^payload$|^digest$/.test(code)),
    );
    const inWords = named.map(([role = '', reads = '']) => ({
      role: codeIn(role)[0],
      tables: [...new Set([...ofReader, ...(reads.includes('`edits`') ? ['edits'] : [])])].sort(),
    }));
    expect(inWords.sort((a, b) => String(a.role).localeCompare(String(b.role)))).toEqual(
      rows.sort((a, b) => a.role.localeCompare(b.role)),
    );
  });
});

describe('examples', () => {
  const examples = DOCUMENTS.flatMap(examplesOf);

  test('their languages say what they are, so that test/cli/demo.test.ts runs them', () => {
    const others = examples.filter(
      ({ language, text }) =>
        !['sql', 'sh', 'json', 'ts'].includes(language) &&
        (language !== 'text' ||
          /^\s*(SELECT|UPDATE|INSERT|DELETE|CREATE|ALTER|DROP|GRANT|npm|npx)\b/m.test(text)),
    );
    expect(others.map(({ at }) => at)).toEqual([]);
  });

  test('those of the shell are commands of the program, or say why they do not run in the demo', () => {
    const others = examples.filter(
      (example) => example.language === 'sh' && example.leftOut === undefined && !isOurs(example),
    );
    expect(others.map(({ at }) => at)).toEqual([]);
  });

  test('seventeen of them are left out of the demo, each with its reason', () => {
    expect(examples.filter(({ leftOut }) => leftOut !== undefined)).toHaveLength(17);
    expect(examples.filter(({ mayBeEmpty }) => mayBeEmpty !== undefined)).toHaveLength(3);
    expect(examples.length).toBeGreaterThan(45);
  });

  test('each command within a line is one that the program takes', async () => {
    const commands = markdown
      .flatMap(inlineCodeOf)
      .flatMap(
        (code) =>
          /^(?:DATABASE_URL=… )?(?:npm run -s pylon-sync --|pylon-sync) ([a-z][^…|]*)$/.exec(code)?.[1] ?? [],
      )
      // `edits` by itself is a group of commands.
      .filter((words) => words !== 'edits')
      .map((words) => words.replaceAll(/<[a-z]+>/g, '7'));
    expect(new Set(commands).size).toBeGreaterThan(10);
    // It reads its words first, then its configuration, which this one is not.
    for (const command of new Set(commands))
      expect([command, (await run(command.split(' '), { PYLON_RATE_SHARE: 'half' })).stderr]).toEqual([
        command,
        expect.stringContaining('PYLON_RATE_SHARE'),
      ]);
  });
});

test('the pictures of the README are there, and weigh little', () => {
  const shown = [...read('README.md').matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = '']) => path);
  const sizes = shown.map((path) => statSync(join(ROOT, path)).size);
  expect(sizes.length).toBe(4);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
});

test('the README is read in a minute', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(120);
});

const records = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => name !== 'README.md');

test('the index of decisions names each, by its title', () => {
  const titles = records.map((name) => {
    const [, number, title] = /^# (\d+)\. (.*)$/m.exec(read(`docs/decisions/${name}`)) ?? [];
    return `- ${number}. [${title}](${name})`;
  });
  const index = read('docs/decisions/README.md').split('\n');
  expect(index.filter((line) => line.startsWith('- '))).toEqual(titles);
});

test.each(records)('%s has its headings in at most 25 lines', (name) => {
  const text = read(`docs/decisions/${name}`);
  const number = Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
  expect(text.split('\n')[0]).toMatch(new RegExp(`^# ${number}\\. \\S`));
  expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
    'Decision',
    'Why',
    'Rejected',
    'Consequence',
  ]);
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

/** A heading's name in links, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

test('every link between documents leads somewhere', () => {
  const broken = markdown.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([, to = '', anchor]) => {
      const target = to === '' ? path : relative(ROOT, join(ROOT, dirname(path), to));
      if (!existsSync(join(ROOT, target))) return [`${path} → ${to}`];
      if (anchor === undefined) return [];
      const anchors = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
      return anchors.includes(anchor) ? [] : [`${path} → ${to}#${anchor}`];
    }),
  );
  expect(markdown.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});
