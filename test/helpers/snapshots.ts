import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { readContents } from './contents.ts';
import type { Source } from './database.ts';
import { awaitClosing, onServer, withDatabase } from './server.ts';

const ready = new Map<string, Source>();

/**
 * A database that tests of this run copy instead of filling one each: the same for the same key. The first to ask for
 * it fills it, and others wait meanwhile. It goes with the run.
 */
export async function snapshot(key: string, fill: (url: string) => Promise<void>): Promise<Source> {
  const { url: server, template, copying, untouched } = inject('server');
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 24);
  const name = template.replace(/template$/, `read_${digest}`);
  const known = ready.get(name);
  if (known !== undefined) return known;
  const file = join(inject('runFolder'), `${name}.json`);
  await onServer(server, async (client) => {
    // Unlocked as the connection ends.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;
    const draft = `${name}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft} TEMPLATE ${template} ${copying}`);
    await fill(withDatabase(server, draft));
    if (untouched !== undefined) {
      const contents = await onServer(withDatabase(server, draft), readContents);
      await writeFile(`${file}.draft`, JSON.stringify(contents));
      await rename(`${file}.draft`, file);
    }
    await awaitClosing(client, draft);
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  });
  const contents = untouched === undefined ? undefined : JSON.parse(await readFile(file, 'utf8'));
  const source = { name, contents };
  ready.set(name, source);
  return source;
}
