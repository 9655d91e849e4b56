import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** What makes an emitter whose `error` ends the process where nobody listens for it, at any time of its life. */
const MAKES = /new pg\.(?:Client|Pool)\(|\b(?:createServer|createAdaptorServer|spawn|createConnection)\(/g;

test('whatever can emit an error has a listener for it, for all its life', () => {
  const modules = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const made = modules.flatMap((name) => {
    const text = readFileSync(join(SRC, name), 'utf8');
    const makes = text.match(MAKES)?.length ?? 0;
    return makes === 0 ? [] : [{ name, makes, listens: text.match(/\.on\('error'/g)?.length ?? 0 }];
  });
  expect(made.length).toBeGreaterThan(5);
  expect(made.filter(({ makes, listens }) => listens < makes)).toEqual([]);
  for (const name of modules)
    expect([name, /\.once\('error'/.test(readFileSync(join(SRC, name), 'utf8'))]).toEqual([name, false]);
});

test('a pool of a test is made where its connections are listened to', () => {
  const modules = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('fixtures/'),
  );
  const making = modules.filter((name) =>
    /new pg\.Pool\(/.test(readFileSync(join(import.meta.dirname, name), 'utf8')),
  );
  expect(making).toEqual(['helpers/server.ts']);
});
