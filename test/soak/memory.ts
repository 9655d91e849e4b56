import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Resident memory of a process, bytes; undefined when it is gone. */
async function rssOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  const kilobytes =
    status === undefined
      ? (await promisify(execFile)('ps', ['-o', 'rss=', '-p', `${pid}`]).catch(() => ({ stdout: '' }))).stdout
      : /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined || kilobytes.trim() === '' ? undefined : Number(kilobytes) * 1024;
}

/** Memory of a process over time. */
export interface Memory {
  /** The median of what was seen around a part of the time that has passed (0 to 1), bytes. */
  at(part: number): number;
  readonly peak: number;
  stop(): void;
}

const EVERY_MS = 500;
/** Part of the time that a median is taken over: a moment says more of the last collection than of what is held. */
const AROUND = 0.1;

export function watchMemory(pid: number): Memory {
  const seen: number[] = [];
  const timer = setInterval(async () => {
    const bytes = await rssOf(pid);
    if (bytes !== undefined) seen.push(bytes);
  }, EVERY_MS);
  return {
    at(part) {
      const from = Math.max(0, Math.floor((Math.min(part, 1 - AROUND / 2) - AROUND / 2) * seen.length));
      const some = seen
        .slice(from, from + Math.max(1, Math.ceil(seen.length * AROUND)))
        .sort((a, b) => a - b);
      return some[some.length >> 1] ?? 0;
    },
    get peak() {
      return Math.max(0, ...seen);
    },
    stop: () => clearInterval(timer),
  };
}
