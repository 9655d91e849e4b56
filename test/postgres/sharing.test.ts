import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { identityOf } from '../../src/postgres/process.ts';
import { onServer } from '../helpers/server.ts';
import { serverPid, test } from './folder.ts';
import { start } from './start.ts';

/** Made of `holder.ts` by the run's set-up (`test/setup/program.ts`). */
const HOLDER = fileURLToPath(new URL('../../.brisk/holder.js', import.meta.url));

/** Another process with a process group of its own, as a shell would start a command. */
function command(dataDir: string): ChildProcess {
  return spawn(process.execPath, [HOLDER, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
}

interface Holding {
  readonly pid: number;
  readonly url: string;
  readonly adopted: boolean;
}

async function holding(child: ChildProcess): Promise<Holding> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.endsWith('\n')) return JSON.parse(text);
  }
  throw new Error('the command ended without a server');
}

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals) => process.kill(-(child.pid ?? 0), signal);

const draftsIn = async (dataDir: string) =>
  (await readdir(join(dataDir, 'postgres')).catch(() => [])).filter((name) => name.startsWith('new-'));

const answers = (url: string) =>
  onServer(url, async (client) => (await client.query('SELECT 1 AS n')).rows[0].n);

describe('a server that several commands use', () => {
  test('is started once by commands that start together, and stopped by the last', async ({ dataDir }) => {
    const commands = [command(dataDir), command(dataDir), command(dataDir)];
    const held = await Promise.all(commands.map(holding));
    expect(new Set(held.map(({ pid }) => pid)).size).toBe(1);
    expect(held.filter(({ adopted }) => !adopted)).toHaveLength(1);
    for (const child of commands) {
      expect(await answers(held[0]?.url ?? '')).toBe(1);
      child.stdin?.end();
      await once(child, 'exit');
    }
    expect(serverPid(dataDir)).toBeUndefined();
    expect(await readdir(join(dataDir, 'postgres'))).toEqual(['access.json', 'data', 'server.log']);
  });

  test('stays after a kill -9 of its only user, is found by the next and stopped with it', async ({
    usedDir,
  }) => {
    const child = command(usedDir);
    const { pid, url } = await holding(child);
    signalGroup(child, 'SIGKILL');
    await once(child, 'exit');
    const next = await start(usedDir);
    expect(next).toMatchObject({ pid, url, adopted: true });
    await next.stop();
    expect(await identityOf(pid)).toBeUndefined();
  });

  test("does not hear the Ctrl-C of its user's terminal", async ({ usedDir }) => {
    const child = command(usedDir);
    const { pid, url } = await holding(child);
    signalGroup(child, 'SIGINT');
    await sleep(300);
    expect(await answers(url)).toBe(1);
    child.stdin?.end();
    await once(child, 'exit');
    expect(await identityOf(pid)).toBeUndefined();
  });

  test('heals when its first start was killed at any moment', async ({ dataDir }) => {
    // A busy machine may see it only once it is through.
    const isMade = () => existsSync(join(dataDir, 'postgres', 'data'));
    for (const ms of [0, 50, 100]) {
      const child = command(dataDir);
      const earlier = await draftsIn(dataDir);
      while (!isMade() && (await draftsIn(dataDir)).every((name) => earlier.includes(name))) await sleep(5);
      await sleep(ms);
      signalGroup(child, 'SIGKILL');
      await once(child, 'exit');
      if (!isMade()) expect(await draftsIn(dataDir)).not.toEqual([]);
    }
    const embedded = await start(dataDir);
    expect(await answers(embedded.url)).toBe(1);
    await embedded.stop();
    expect(await draftsIn(dataDir)).toEqual([]);
  });

  test('starts although its old pid now belongs to something else', async ({ usedDir }) => {
    const path = join(usedDir, 'postgres', 'data', 'postmaster.pid');
    await writeFile(
      path,
      `${process.pid}\n${join(usedDir, 'postgres', 'data')}\n1\n5432\n\n127.0.0.1\n\nready\n`,
    );
    const embedded = await start(usedDir);
    expect(embedded.adopted).toBe(false);
    expect(Number.parseInt(await readFile(path, 'utf8'), 10)).toBe(embedded.pid);
    await embedded.stop();
  });
});
