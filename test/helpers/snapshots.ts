import { createHash } from 'node:crypto';
import { inject } from 'vitest';
import { onServer, withDatabase } from './server.ts';

const ready = new Set<string>();

/**
 * A database that tests of this run copy instead of filling one each: the same for the same key. The first to ask for
 * it fills it, and others wait meanwhile. It goes with the run.
 */
export async function snapshot(key: string, fill: (url: string) => Promise<void>): Promise<string> {
  const { url: server, template, copying } = inject('server');
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 24);
  const name = template.replace(/template$/, `read_${digest}`);
  if (ready.has(name)) return name;
  await onServer(server, async (client) => {
    // Unlocked as the connection ends.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;
    const draft = `${name}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft} TEMPLATE ${template} ${copying}`);
    await fill(withDatabase(server, draft));
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  });
  ready.add(name);
  return name;
}
