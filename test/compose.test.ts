import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const [, listed = ''] = /^services:\n((?: .*\n|\n)+)/m.exec(read('docker-compose.yml')) ?? [];
/** Each service's part of the Compose file, by its name. */
const services = new Map(
  listed.split(/^(?= {2}[a-z-]+:$)/m).flatMap((part) => {
    const name = /^ {2}([a-z-]+):$/m.exec(part)?.[1];
    return name === undefined ? [] : [[name, part] as const];
  }),
);
const service = (name: string) => services.get(name) ?? '';
const all = [...services];

test('every service is listed', () => {
  expect([...services.keys()]).toEqual([
    ...['postgres', 'pylon-sync', 'bi-login', 'grafana', 'prometheus', 'metabase-login'],
    ...['metabase', 'metabase-setup'],
  ]);
});

test.each(all)(
  '%s has a version of its image, bounded logs and ports for this machine alone',
  (name, part) => {
    if (name !== 'pylon-sync') expect(part).toMatch(/^ {4}image: \S+:v?\d\S*$/m);
    expect(part).toContain('logging: *logging');
    for (const [, ports = ''] of part.matchAll(/^ {4}ports: \[(.*)\]$/gm))
      expect(ports.split(', ').every((port) => port.startsWith("'127.0.0.1:"))).toBe(true);
  },
);

test.each(all)('%s mounts what there is, and waits for what there is', (_, part) => {
  for (const [, path = ''] of part.matchAll(/\.(\/docs\/[^:]+):/g))
    expect([path, existsSync(ROOT + path)]).toEqual([path, true]);
  for (const [, on = ''] of part.matchAll(/^ {6}([a-z-]+): \{ condition/gm))
    expect(services.has(on)).toBe(true);
});

test('dashboards come with the profile bi alone', () => {
  const isOf = ([, part]: readonly [string, string]) => part.includes('profiles: [bi]');
  expect(all.filter(isOf).map(([name]) => name)).toEqual(
    all.map(([name]) => name).filter((name) => !['postgres', 'pylon-sync'].includes(name)),
  );
});

test('Metabase is set up by the Node of the image, once it is healthy and its reader has its login', () => {
  const [, node] = /^FROM --platform=\S+ (node:\S+) AS base$/m.exec(read('Dockerfile')) ?? [];
  expect(service('metabase-setup')).toContain(`image: ${node}\n`);
  expect(service('metabase-setup')).toContain('metabase: { condition: service_healthy }');
  expect(service('metabase-setup')).toContain('bi-login: { condition: service_completed_successfully }');
  const [, path] = /command: \['node', '\/metabase\/(.+)'\]/.exec(service('metabase-setup')) ?? [];
  expect(existsSync(join(ROOT, 'docs/metabase', path ?? ''))).toBe(true);
  // What the script asks for is what it is given.
  const [, needed = ''] = /^const NEEDED = \[(.*)\];$/m.exec(read('docs/metabase/setup.mjs')) ?? [];
  for (const name of needed.replaceAll(/[' ]/g, '').split(','))
    expect(service('metabase-setup')).toContain(`${name}: \${${name}:-}`);
});

test('Prometheus scrapes the daemon where Compose has it, and keeps the thirty days of the objective', () => {
  const scraped = read('docs/prometheus/prometheus.yml');
  const [, port] = /PYLON_SYNC_HTTP: 0\.0\.0\.0:(\d+)/.exec(service('pylon-sync')) ?? [];
  expect(scraped).toContain(`targets: ['pylon-sync:${port}']`);
  expect(service('prometheus')).toContain('/prometheus/rules.yml:ro');
  expect(scraped).toContain('rule_files: [rules.yml]');
  expect(read('docs/grafana/datasource.yml')).toContain('url: http://prometheus:9090\n');
  expect(read('docs/grafana/operations.json')).toContain('[30d]');
  expect(service('prometheus')).toContain('retention.time=31d');
});

test('Metabase keeps what it has in the database that is made for it', () => {
  const script = read('docs/metabase/database.sql');
  const [, user] = /MB_DB_USER: (\w+)/.exec(service('metabase')) ?? [];
  const [, database] = /MB_DB_DBNAME: (\w+)/.exec(service('metabase')) ?? [];
  expect(script).toContain(`CREATE ROLE ${user} LOGIN`);
  expect(script).toContain(`CREATE DATABASE ${database} OWNER ${user}`);
});

test('the daemon logs in as the owner of its database, who is made with an empty volume, and no superuser', () => {
  const postgres = service('postgres');
  const [, owner] = /DATABASE_URL: postgres:\/\/(\w+)@postgres/.exec(service('pylon-sync')) ?? [];
  const script = read('docs/owner.sql');
  expect(script).toContain(`CREATE ROLE ${owner} LOGIN PASSWORD`);
  expect(script).toContain(`OWNER TO ${owner}'`);
  expect(script).not.toMatch(/SUPERUSER|CREATEROLE/);
  expect(postgres).not.toContain(`POSTGRES_USER: ${owner}`);
  // In their order: what the owner may grant is there before.
  expect(postgres).toMatch(/\/1-roles\.sql:ro\n.*\/2-owner\.sql:ro\n/);
  // Whoever makes logins is let in by the socket, without a password that the daemon would share.
  for (const name of ['bi-login', 'metabase-login']) {
    expect(service(name)).not.toContain('POSTGRES_PASSWORD');
    expect(service(name)).toContain('PGHOST: /var/run/postgresql');
    expect(service(name)).toContain("'socket:/var/run/postgresql'");
  }
});

test('every Postgres has its Debian release, and new volumes an order of texts of its own', () => {
  const images = [...read('docker-compose.yml').matchAll(/image: (postgres:\S+)/g)].map(([, image]) => image);
  expect(new Set(images)).toEqual(new Set(['postgres:18-trixie']));
  expect(service('postgres')).toContain('--locale-provider=builtin --builtin-locale=C.UTF-8');
});
