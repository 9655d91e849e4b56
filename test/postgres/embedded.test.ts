import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { identityOf } from '../../src/postgres/process.ts';
import { onServer, withDatabase } from '../helpers/server.ts';
import { serverPid, test } from './folder.ts';
import { optionsFor, start } from './start.ts';

const portOf = (url: string) => Number(new URL(url).port);

describe('the embedded Postgres', () => {
  test('makes a UTF8 cluster with the database, and the same one is there at the next start', async ({
    dataDir,
  }) => {
    const first = await start(dataDir);
    const settings = await onServer(first.url, async (client) => {
      await client.query('CREATE TABLE kept AS SELECT 7 AS n');
      const { rows } = await client.query(
        `SELECT current_database() AS database, current_setting('server_encoding') AS encoding,
                current_setting('timezone') AS timezone, 'B' < 'a' AS by_code_point`,
      );
      return rows;
    });
    expect(settings).toEqual([
      { database: 'pylon_sync', encoding: 'UTF8', timezone: 'UTC', by_code_point: true },
    ]);
    await first.stop();
    expect(serverPid(dataDir)).toBeUndefined();

    const second = await start(dataDir);
    expect(second).toMatchObject({ url: first.url, adopted: false });
    expect(await onServer(second.url, async (client) => (await client.query('TABLE kept')).rows)).toEqual([
      { n: 7 },
    ]);
    await second.stop();
  });

  test('lets nobody in without the password, which only its owner can read', async ({ usedDir }) => {
    const embedded = await start(usedDir);
    const wrong = new URL(embedded.url);
    wrong.password = 'postgres';
    await expect(onServer(wrong.href, async () => {})).rejects.toThrow('password authentication failed');
    const { address, sockets } = await onServer(withDatabase(embedded.url, 'postgres'), async (client) => {
      const { rows } = await client.query(
        `SELECT current_setting('listen_addresses') AS address, current_setting('unix_socket_directories') AS sockets`,
      );
      return rows[0];
    });
    expect([address, sockets]).toEqual(['127.0.0.1', '']);
    const { mode } = await stat(join(usedDir, 'postgres', 'access.json'));
    expect(mode & 0o777).toBe(0o600);
    await embedded.stop();
  });

  test('takes another port, and keeps that, when its own is in use', async ({ usedDir }) => {
    const first = await start(usedDir);
    await first.stop();
    const intruder = createServer().listen(portOf(first.url), '127.0.0.1');
    try {
      const second = await start(usedDir);
      expect(portOf(second.url)).not.toBe(portOf(first.url));
      await onServer(second.url, (client) => client.query('SELECT 1'));
      await second.stop();
      const { port } = JSON.parse(await readFile(join(usedDir, 'postgres', 'access.json'), 'utf8'));
      expect(port).toBe(portOf(second.url));
    } finally {
      intruder.close();
    }
  });

  test('works in a folder whose path is longer than a socket address', async ({ dataDir }) => {
    const embedded = await start(join(dataDir, 'long'.repeat(20), 'path'.repeat(20)));
    await onServer(embedded.url, (client) => client.query('SELECT 1'));
    await embedded.stop();
    expect(await identityOf(embedded.pid)).toBeUndefined();
  });

  test('is stopped while a client is in the middle of a query', async ({ usedDir }) => {
    const embedded = await start(usedDir);
    const query = onServer(embedded.url, (client) => {
      client.on('error', () => {});
      return client.query('SELECT pg_sleep(60)');
    });
    const cut = expect(query).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await embedded.stop();
    await cut;
    expect(serverPid(usedDir)).toBeUndefined();
  });
});

describe('an embedded Postgres that cannot start', () => {
  test("repeats the server's own words and says what else would do", async ({ dataDir }) => {
    const options = { ...optionsFor(dataDir), settings: { shared_buffers: 'plenty' } };
    await expect(startEmbedded(options)).rejects.toThrow(
      /set DATABASE_URL=.*\n.*invalid value for parameter "shared_buffers": "plenty"/,
    );
    expect(serverPid(dataDir)).toBeUndefined();
  });

  test('names the file when the password of its cluster is gone or not the right one', async ({
    usedDir,
  }) => {
    const { url, stop } = await start(usedDir);
    await stop();
    const path = join(usedDir, 'postgres', 'access.json');
    await writeFile(path, JSON.stringify({ password: 'guessed', port: portOf(url) }));
    await expect(start(usedDir)).rejects.toThrow(`the password in ${path} is not that of its cluster`);
    expect(serverPid(usedDir)).toBeUndefined();
    await rm(path);
    await expect(start(usedDir)).rejects.toThrow(`cannot read ${path}`);
  });

  test('says which version made a cluster that the programs here cannot open', async ({ usedDir }) => {
    await writeFile(join(usedDir, 'postgres', 'data', 'PG_VERSION'), '9\n');
    await expect(start(usedDir)).rejects.toThrow('Postgres 9, which made the cluster');
  });
});
