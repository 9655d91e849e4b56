import { cpus, totalmem } from 'node:os';
import { onServer } from '../test/helpers/server.ts';

/** One line that says where the figures come from. */
export async function describeMachine(database: string): Promise<string> {
  const version = await onServer(database, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  });
  const all = cpus();
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return `${all[0]?.model.trim()}, ${all.length} cores, ${gigabytes} GB; Node ${process.versions.node}, Postgres ${version} (embedded, settings of the tests, data in memory where there is room)`;
}
