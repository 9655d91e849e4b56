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

/** Peak memory, in bytes, of the built command while it backfills a sandbox's issues into a database. */
export async function peakMemory(sandbox: SandboxProcess, database: string, folder: string): Promise<number> {
  const limits = join(folder, 'limits.json');
  await writeFile(limits, '{"interval_ms": 1}');
  const child = spawn(process.execPath, [MAIN, 'backfill', '--resource', 'issues'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PYLON_API_URL: sandbox.url,
      PYLON_API_TOKEN: sandbox.token,
      PYLON_RATE_LIMITS: limits,
      DATABASE_URL: database,
      LOG_LEVEL: 'warn',
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let peak = 0;
  const look = async () => {
    peak = (await peakOf(child.pid ?? 0)) ?? peak;
  };
  const timer = setInterval(look, EVERY_MS);
  const [status] = await once(child, 'exit');
  clearInterval(timer);
  if (status !== 0) throw new Error(`the backfill ended with status ${status}: ${said}`);
  return peak;
}
