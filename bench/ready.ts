import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN } from './command.ts';
import type { Remote } from './remote.ts';
import { costOf, type StartPlan, startDaemon } from './started.ts';

/** How quickly `start` is ready where everything was read before: medians. */
export interface ReadyFigures {
  /** Seconds from the process's start to the first answer of `/readyz` that says so, and of its processor until then. */
  readonly seconds: number;
  readonly cpu: number;
  /** Seconds in which the program prints its version, in turn with it: what the machine needs to load it. */
  readonly versionSeconds: number;
  /** Requests to Pylon within a second of the first one. */
  readonly requests: number;
  readonly starts: number;
}

const STARTS = 5;
/** Milliseconds between two looks at `/readyz`, and after the start at the requests. */
const LOOK_MS = 10;
const FIRST_MS = 1_000;

const medianOf = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function versionSeconds(): Promise<number> {
  const beganAt = performance.now();
  await once(spawn(process.execPath, [MAIN, '--version'], { stdio: 'ignore' }), 'exit');
  return (performance.now() - beganAt) / 1_000;
}

/** Starts the daemon a few times, each until it is ready. */
export async function measureReady(plan: StartPlan, remote: Remote): Promise<ReadyFigures> {
  const starts: Omit<ReadyFigures, 'starts'>[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const version = await versionSeconds();
    const before = await remote.requests();
    const beganAt = performance.now();
    const daemon = startDaemon(plan);
    try {
      const url = new URL('/readyz', await daemon.port);
      while (!(await fetch(url)).ok) await sleep(LOOK_MS);
      const seconds = (performance.now() - beganAt) / 1_000;
      const { cpu } = await costOf(daemon);
      await sleep(FIRST_MS);
      const requests = (await remote.requests()).all - before.all;
      starts.push({ seconds, cpu, versionSeconds: version, requests });
    } finally {
      await daemon.end();
    }
  }
  const median = (of: (start: (typeof starts)[number]) => number) => medianOf(starts.map(of));
  return {
    seconds: median(({ seconds }) => seconds),
    cpu: median(({ cpu }) => cpu),
    versionSeconds: median((start) => start.versionSeconds),
    requests: median(({ requests }) => requests),
    starts: STARTS,
  };
}
