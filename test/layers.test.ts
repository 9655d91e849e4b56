import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cyclesOf, type Imports, readImports } from './helpers/imports.ts';

const SRC = join(import.meta.dirname, '../src');

/** What belongs to no layer: imported by any, imports nothing that is not on this list. */
const SHARED = [
  'backoff',
  'canonical',
  'instant',
  'errors',
  'order',
  'exact',
  'date',
  'database-url',
  'database-parameters',
  'closest',
  'cron',
  'format',
  'region',
  'secret',
  'secret-files',
  'signing-key',
  'listening',
  'variables',
  'root',
  'route',
  'sleep',
];

/** Folders and single modules of `src`, and which others each may import. Imports run downward only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['cli'],
  healthcheck: [],
  cli: [
    'config',
    'log',
    'network',
    'sync',
    'http',
    'reports',
    'postgres',
    'sandbox',
    'pylon',
    'db',
    'edits',
    'resources',
  ],
  config: ['network', 'pylon', 'edits', 'resources'],
  log: [],
  network: [],
  sync: ['pylon', 'db', 'edits', 'resources'],
  http: ['sync', 'pylon', 'db', 'reports'],
  reports: ['resources'],
  pylon: ['network'],
  db: ['edits', 'resources'],
  edits: ['resources'],
  postgres: [],
  sandbox: [],
  resources: [],
  ...Object.fromEntries(SHARED.map((name) => [name, []])),
};

/** Packages that are the business of some layers alone. */
const KEPT_TO: readonly (readonly [what: string, packages: RegExp, layers: readonly string[]])[] = [
  ['Postgres', /^(pg|drizzle-orm)(\/|$)/, ['db', 'postgres', 'reports', 'resources']],
  ['serving HTTP', /^(hono|@hono)(\/|$)/, ['http', 'sandbox']],
  ['sending HTTP', /^undici/, ['network']],
  ['logging', /^pino/, ['log', 'cli', 'sync', 'http']],
  ['the command line', /^(commander|log-update|cli-table3|string-width)$/, ['cli']],
];

/**
 * Rooms of the larger layers, from top to bottom: those of one line know nothing of each other, and each may import
 * those of the lines below it. What stands in the layer's folder itself is in no room.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  cli: ['commands', 'work', 'runtime', 'render', 'args process'],
  sync: ['daemon', 'alerts runs session', 'enumerate push', 'deletions edits', 'pass', 'lib'],
  db: [
    'schema',
    'inventory retention settle status',
    'bi mirror',
    'alerts deletions edits progress workspace',
    'lease',
    'capture row',
    'connection',
  ],
  http: ['reports', 'page webhook', 'html'],
  pylon: ['pages', 'wire', 'limits'],
  sandbox: ['server resources', 'routes', 'data'],
};

/** How many loose files a folder may have, unless they are all of one kind. */
const LOOSE = 14;
const OF_ONE_KIND = ['cli/commands', 'cli/work', 'resources', 'sandbox/resources', 'db/bi', 'db/capture'];

const layerOf = (path: string) => path.replace(/\.ts$/, '').split('/')[0] ?? '';

/** Every import that breaks a rule, with the rule. */
function violations(imports: Imports): readonly string[] {
  return Object.entries(imports).flatMap(([module, named]) => {
    const layer = layerOf(module);
    const allowed = MAY_IMPORT[layer];
    if (allowed === undefined) return [`${module}: ${layer} is no layer: give it a place in MAY_IMPORT`];
    return named.flatMap((target) => {
      if (!target.endsWith('.ts')) {
        return KEPT_TO.filter(([, packages, layers]) => packages.test(target) && !layers.includes(layer)).map(
          ([what, , layers]) =>
            `${module} imports ${target}: ${what} is the business of ${layers.join(', ')}`,
        );
      }
      const other = layerOf(target);
      if (other === layer || allowed.includes(other) || SHARED.includes(other)) return [];
      const rule = allowed.length === 0 ? 'no other layer' : allowed.join(', ');
      return [`${module} imports ${target}: ${layer} may import ${rule}`];
    });
  });
}

/** The room a module of a layer is in: the folder below the layer's; undefined for what stands beside the rooms. */
const roomOf = (path: string) => (path.split('/').length > 2 ? path.split('/')[1] : undefined);

/** Every import that runs up, or across, between the rooms of one layer. */
function roomViolations(imports: Imports): readonly string[] {
  return Object.entries(imports).flatMap(([module, named]) => {
    const layer = layerOf(module);
    const floors = (ROOMS[layer] ?? []).map((floor) => floor.split(' '));
    const floorOf = (room: string) => floors.findIndex((floor) => floor.includes(room));
    const room = roomOf(module);
    if (floors.length === 0 || room === undefined) return [];
    if (floorOf(room) < 0) return [`${module}: ${layer}/${room} is no room: give it a place in ROOMS`];
    return named.flatMap((target) => {
      const other = roomOf(target);
      if (layerOf(target) !== layer || other === undefined || other === room) return [];
      if (floorOf(other) > floorOf(room)) return [];
      return [`${module} imports ${target}: ${layer}/${room} may import only what is below it in ROOMS`];
    });
  });
}

/** Folders with more loose files than one finds one's way in. */
function drawers(modules: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const module of modules) counts.set(dirname(module), (counts.get(dirname(module)) ?? 0) + 1);
  return [...counts].flatMap(([folder, count]) =>
    count <= LOOSE || folder === '.' || OF_ONE_KIND.some((one) => folder.startsWith(one))
      ? []
      : [`${folder} has ${count} loose files: at most ${LOOSE}`],
  );
}

const imports = readImports(SRC);

test('imports run one way: main → cli → sync → { pylon, db } → resources', () => {
  expect(Object.keys(imports).length).toBeGreaterThan(50);
  expect(violations(imports)).toEqual([]);
});

test('within a layer, imports run from one room down to another', () => {
  expect(roomViolations(imports)).toEqual([]);
});

test('no folder is a drawer', () => {
  expect(drawers(Object.keys(imports))).toEqual([]);
});

test('no modules import each other in a ring, types included', () => {
  expect(cyclesOf(imports)).toEqual([]);
});

test('only the programs themselves read the environment of the process', () => {
  const readers = Object.keys(imports).filter((module) =>
    /\bprocess\s*\.\s*env\b|\benv\b[^;]*from 'node:process'/.test(readFileSync(join(SRC, module), 'utf8')),
  );
  expect(readers.sort()).toEqual(['healthcheck.ts', 'main.ts']);
});

/** Ways to a statement outside a transaction whose settings are ours, and the modules that may take them. */
const WAYS: readonly (readonly [way: RegExp, modules: readonly string[]])[] = [
  [
    /\bnew pg\.(Pool|Client)\b|class \w+ extends pg\./,
    ['db/connection/client.ts', 'db/connection/pool.ts', 'postgres/embedded.ts'],
  ],
  [
    /\bclientOf\(/,
    [
      'db/connection/client.ts',
      'db/connection/pool.ts',
      'db/connection/console.ts',
      'db/connection/listen.ts',
    ],
  ],
  [
    /\bopenPool\(/,
    ['db/connection/pool.ts', 'db/connection/connect.ts', 'db/connection/snapshot.ts', 'db/status/watch.ts'],
  ],
  [/\b(pool|vital)\.(query|connect)\(/, ['db/connection/atomic.ts']],
  [/\bdrizzle\(/, ['db/connection/connect.ts', 'db/schema/migrate.ts', 'db/lease/transaction.ts']],
  [/['"`]BEGIN\b/, ['db/connection/begin.ts']],
];

const goesRound = (module: string, text: string): readonly string[] =>
  WAYS.flatMap(([way, modules]) =>
    way.test(text) && !modules.includes(module) ? [`${module}: ${way}`] : [],
  );

test('every statement is run by a transaction that says how: nothing goes round db/connection/atomic.ts', () => {
  const round = Object.keys(imports).flatMap((module) =>
    goesRound(module, readFileSync(join(SRC, module), 'utf8')),
  );
  expect(round).toEqual([]);
  const code = ['db.pool.query(text)', 'vital.connect()', 'new pg.Client(url)', "client.query('BEGIN')"];
  for (const line of code) expect(goesRound('db/progress/runs.ts', line), line).toHaveLength(1);
});

describe('the rules name what they forbid', () => {
  test.each<[Imports, RegExp]>([
    [{ 'pylon/client.ts': ['db/mirror/store.ts'] }, /pylon may import network$/],
    [{ 'db/mirror/store.ts': ['pylon/types.ts'] }, /db may import edits, resources$/],
    [{ 'db/mirror/store.ts': ['sync/pass/pass.ts'] }, /db may import edits, resources$/],
    [{ 'resources/issues.ts': ['db/row/row.ts'] }, /resources may import no other layer/],
    [{ 'sandbox/start.ts': ['pylon/limits/limits.ts'] }, /sandbox may import no other layer/],
    [{ 'sync/pass/pass.ts': ['cli/render/steps.ts'] }, /sync may import pylon, db, edits, resources$/],
    [{ 'cli/run.ts': ['main.ts'] }, /cli may import/],
    [{ 'sync/pass/pass.ts': ['pg'] }, /Postgres is the business of db/],
    [{ 'db/mirror/store.ts': ['pino'] }, /logging is the business of/],
    [{ 'tools/x.ts': [] }, /tools is no layer/],
  ])('%j', (broken, rule) => {
    expect(violations(broken)).toEqual([expect.stringMatching(rule)]);
  });

  test.each<[Imports, RegExp]>([
    [{ 'db/row/row.ts': ['db/mirror/store.ts'] }, /db\/row may import only what is below it/],
    [{ 'sync/runs/changes.ts': ['sync/session/session.ts'] }, /sync\/runs may import only what is below it/],
    [{ 'db/cellar/x.ts': [] }, /db\/cellar is no room/],
  ])('%j, within a layer', (broken, rule) => {
    expect(roomViolations(broken)).toEqual([expect.stringMatching(rule)]);
  });

  test('a folder of fifteen loose files is a drawer, one of commands is not', () => {
    const files = (folder: string) => Array.from({ length: 15 }, (_, at) => `${folder}/${at}.ts`);
    expect(drawers(files('db/mirror'))).toEqual([expect.stringMatching(/db\/mirror has 15 loose files/)]);
    expect(drawers(files('cli/commands'))).toEqual([]);
  });

  test('a ring is found through any number of modules', () => {
    const ring = { 'a.ts': ['b.ts'], 'b.ts': ['c.ts', 'pg'], 'c.ts': ['b.ts', 'd.ts'], 'd.ts': [] };
    expect(cyclesOf(ring)).toEqual([['b.ts', 'c.ts']]);
    expect(cyclesOf({ 'a.ts': ['b.ts', 'c.ts'], 'b.ts': ['c.ts'], 'c.ts': [] })).toEqual([]);
  });
});
