import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxProcess } from './sandbox.ts';

/** The built program. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Milliseconds between looks at a process's memory; its peak only grows. */
const EVERY_MS = 25;

async function peakOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** A process of the built program, and what it is to reach before it is asked to end. */
export interface Watched {
  /** What a shell runs in this folder. */
  readonly shell: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It ends by itself where this is absent; else it is asked to, once it has printed this. */
  readonly until?: string;
  /** Milliseconds after which it is asked to end; whatever its exit status is then. */
  readonly afterMs?: number;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Peak memory, in bytes, of a process from its start to its end. */
export async function peakOfProcess({ shell, env, until, afterMs }: Watched): Promise<number> {
  const child = spawn('sh', ['-c', `exec ${shell}`], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  let asked = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (asked || until === undefined || !said.includes(until)) return;
      asked = true;
      child.kill('SIGTERM');
    });
  let peak = 0;
  const look = async () => {
    peak = (await peakOf(child.pid ?? 0)) ?? peak;
  };
  const timer = setInterval(look, EVERY_MS);
  const ending = afterMs === undefined ? undefined : setTimeout(() => child.kill('SIGTERM'), afterMs);
  const [status] = await once(child, 'exit');
  clearInterval(timer);
  clearTimeout(ending);
  if (status !== 0 && afterMs === undefined)
    throw new Error(`\`${shell}\` ended with status ${status}: ${said}`);
  return peak;
}

/** What a process of the program needs to read a sandbox as fast as it can. */
export async function fastEnvironment(sandbox: SandboxProcess, database: string, folder: string) {
  const limits = join(folder, 'limits.json');
  await writeFile(limits, '{"interval_ms": 1}');
  return {
    PATH: process.env.PATH,
    PYLON_API_URL: sandbox.url,
    PYLON_API_TOKEN: sandbox.token,
    PYLON_RATE_LIMITS: limits,
    DATABASE_URL: database,
  };
}

/** Peak memory, in bytes, of the built command while it backfills a sandbox's issues into a database. */
export async function peakMemory(sandbox: SandboxProcess, database: string, folder: string): Promise<number> {
  return peakOfProcess({
    shell: `"${process.execPath}" "${MAIN}" backfill --resource issues`,
    env: { ...(await fastEnvironment(sandbox, database, folder)), LOG_LEVEL: 'warn' },
  });
}
