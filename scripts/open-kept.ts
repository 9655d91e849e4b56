import { once } from 'node:events';
import { startEmbedded } from '../src/postgres/embedded.ts';
import { onServer, withDatabase } from '../test/helpers/server.ts';

/** Starts the cluster that a failed test run has left (its folder is the argument) until Ctrl-C. */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: open-kept.ts FOLDER (as the failed run printed it)');
const embedded = await startEmbedded({ dataDir: folder });
const { rows } = await onServer(embedded.url, (client) =>
  client.query<{ name: string; test: string }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS test FROM pg_database
      WHERE shobj_description(oid, 'pg_database') IS NOT NULL AND datname NOT IN ('postgres', 'template0', 'template1')`,
  ),
);
for (const { name, test } of rows) process.stdout.write(`${test}\n  ${withDatabase(embedded.url, name)}\n`);
const open = setInterval(() => {}, 60_000);
await once(process, 'SIGINT');
clearInterval(open);
await embedded.stop();
