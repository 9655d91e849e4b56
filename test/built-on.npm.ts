import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { asDaemon } from './helpers/as-daemon.ts';
import { test } from './helpers/database.ts';
import { allowOperations } from './helpers/edit-permissions.ts';
import { newUser } from './helpers/registry.ts';

const ROOT = join(import.meta.dirname, '..');
const PROGRAMS = join(import.meta.dirname, 'fixtures/stranger');

const user = await newUser('what other programs make of the database and the package');

/** PostGraphile 5 needs Node 22. */
const isNew = Number(process.versions.node.split('.')[0]) >= 22;

const PACKAGES = [
  ...['drizzle-kit@0.31.11', 'drizzle-orm@0.45.4', 'kysely@0.29.9', 'kysely-codegen@0.20.0', 'pg@8'],
  ...[
    '@types/node@20',
    '@types/pg@8',
    'typescript@5.9',
    isNew ? 'postgraphile@5.1.5' : 'postgraphile@4.14.1',
  ],
];

beforeAll(async () => {
  if (!user.hasRegistry) return;
  const { archive } = await user.pack();
  await writeFile(join(user.folder, 'package.json'), '{ "type": "module", "private": true }');
  await user.install([archive, ...PACKAGES]);
  for (const name of await readdir(PROGRAMS)) await copyFile(join(PROGRAMS, name), join(user.folder, name));
}, 600_000);

/** Compiles programs as strictly as there is, resolving packages as Node does or as bundlers do. */
async function compile(files: readonly string[], module: 'node16' | 'bundler'): Promise<void> {
  const words = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck'];
  const how =
    module === 'node16'
      ? ['--module', 'node16', '--outDir', '.']
      : ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'];
  const all = [...words, '--target', 'es2022', '--types', 'node', ...how, ...files];
  await user.run('npx', ['tsc', ...all]).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}

const ROWS = `
  INSERT INTO pylon.users (id, name, _hash) VALUES ('u1', 'Uma', 'h');
  INSERT INTO pylon.accounts (id, name, owner_id, _hash) VALUES ('a1', 'Acme', 'u1', 'h');
  INSERT INTO pylon.contacts (id, name, _hash) VALUES ('c1', 'Cara', 'h');
  INSERT INTO pylon.issues (id, number, title, account_id, tags, created_at, _hash)
  VALUES ('i1', 7, 'Printer', 'a1', '{x}', '2026-01-02T03:04:05Z', 'h');
  INSERT INTO pylon.issue_messages (id, issue_id, message_html, _hash) VALUES ('m1', 'i1', 'Smoke', 'h');
  INSERT INTO pylon_sync.runs (resource, kind, outcome, token) VALUES ('custom_fields', 'lists', 'done', 1)`;

test.skipIf(!user.hasRegistry)(
  'programs compile and run: with what the package exports, and with what drizzle-kit and kysely-codegen make of the database',
  async ({ database }) => {
    await asDaemon(database.pool, ROWS);
    await allowOperations(database, 'create', 'update');
    const DATABASE_URL = database.url;
    await user.run('npx', ['drizzle-kit', 'pull', '--config', 'drizzle.config.mjs'], { DATABASE_URL });
    const generating = [
      '--dialect',
      'postgres',
      '--include-pattern',
      'pylon*.*',
      '--out-file',
      'generated/db.ts',
    ];
    await user.run('npx', ['kysely-codegen', '--url', DATABASE_URL, ...generating]);
    const programs = ['exported', 'pulled', 'generated'];
    await compile(
      programs.map((name) => `${name}.ts`),
      'node16',
    );
    await compile(['exported.ts'], 'bundler');

    const [exported, pulled, generated] = await Promise.all(
      programs.map(async (name) => JSON.parse(await user.run('node', [`${name}.js`], { DATABASE_URL }))),
    );
    expect(exported).toEqual({
      ...{ number: 7, tags: ['x'], message: 'Smoke', owner: 'Uma', account: 'Acme' },
      createdAt: '2026-01-02T03:04:05.000Z',
      edits: expect.arrayContaining([
        { operation: 'create', name: 'Ada' },
        { operation: 'update', name: 'Ada L.' },
        { operation: 'create', name: 'Bob' },
      ]),
    });
    expect(pulled).toEqual({
      title: 'Printer',
      account: 'Acme',
      contact: expect.stringMatching(/Cleo|Dora/),
    });
    expect(generated).toEqual({ title: 'Printer', account: 'Acme' });
  },
  600_000,
);

test.skipIf(!user.hasRegistry)(
  'PostGraphile follows the references of its tags file, and takes every function that has one name',
  async ({ database }) => {
    await asDaemon(database.pool, ROWS);
    const env = { DATABASE_URL: database.url, TAGS: join(ROOT, 'docs/postgraphile/tags.json5') };
    const { data, errors, mutations } = JSON.parse(
      await user.run('node', [isNew ? 'postgraphile-5.mjs' : 'postgraphile-4.cjs'], env),
    );
    expect(errors).toBeUndefined();
    expect(data.allIssues.nodes).toEqual([
      {
        title: 'Printer',
        account: { name: 'Acme', owner: { name: 'Uma' } },
        issueMessages: { nodes: [{ messageHtml: 'Smoke' }] },
      },
    ]);
    expect(mutations).toEqual(expect.arrayContaining(['deleteTaskComment', 'callDeleteTaskComment']));
  },
  600_000,
);
