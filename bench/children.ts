import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleClient, flagsOf } from './children-bundle.ts';
import { type FromClient, startClient } from './children-client.ts';
import type { BenchServer } from './postgres.ts';
import { startSandboxProcess } from './sandbox.ts';

/** What a request costs in a backfill of listings per parent that no limit slows down. */
export interface ChildCost {
  readonly requestsPerSecond: number;
  /** Of the client's process, a request. */
  readonly cpuMs: number;
}

export interface ChildFigures extends ChildCost {
  readonly issues: number;
  readonly requests: number;
  readonly rounds: number;
  /** A request. */
  readonly roundTrips: number;
  readonly statements: number;
  /**
   * The same of another tree, measured in turn with ours, and how many times as many requests a second ours has: the median
   * of the rounds. A machine that slows down over the rounds slows both of one.
   */
  readonly former?: (ChildCost & { readonly commit: string; readonly times: number }) | undefined;
}

const LISTED = ['issues', 'issue_messages', 'issue_followers', 'issue_threads'];
const OURS = fileURLToPath(new URL('..', import.meta.url));

const commitOf = async (folder: string): Promise<string> =>
  (await promisify(execFile)('git', ['-C', folder, 'rev-parse', '--short', 'HEAD'])).stdout.trim();

const rateOf = ({ requests, seconds }: FromClient) => requests / seconds;

/** The round of middle speed, whole: what belongs together stays together. */
const median = (rounds: readonly FromClient[]): FromClient =>
  rounds.toSorted((a, b) => rateOf(a) - rateOf(b))[rounds.length >> 1] as FromClient;

const costOf = (one: FromClient): ChildCost => ({
  requestsPerSecond: rateOf(one),
  cpuMs: one.cpuMs / one.requests,
});

/**
 * Backfills issues with their messages, followers and threads, so many rounds; with another tree, `against`, in turn.
 * Clients and Pylon are processes of their own, each bundled as the program is, with
 * the settings of memory that its tree has; the answers of Pylon wait in memory.
 */
export async function measureChildren(
  server: BenchServer,
  issues: number,
  rounds: number,
  against: string | undefined,
): Promise<ChildFigures> {
  const sandbox = await startSandboxProcess({ kind: 'frozen', issues });
  const roots = [OURS, ...(against === undefined ? [] : [resolve(against)])];
  const clients = await Promise.all(
    roots.map(async (root, index) => {
      const client = await bundleClient(root, root === OURS, join(server.folder, `client-${index}`));
      return startClient({ client, pylon: sandbox, resources: LISTED }, await flagsOf(root));
    }),
  );
  try {
    const figures: FromClient[][] = clients.map(() => []);
    const trees = [...clients.entries()];
    // The first round does not count: the code is compiled in it, and the answers are made.
    for (let round = 0; round <= rounds; round += 1)
      // Neither tree is always the one that runs first.
      for (const [index, client] of round % 2 === 0 ? trees : trees.toReversed()) {
        const database = await server.createDatabase({ isEmpty: true });
        const one = await client.backfill(database.url);
        await database.drop();
        process.stderr.write(`${roots[index]}: ${Math.round(rateOf(one))} requests/s\n`);
        if (round > 0) figures[index]?.push(one);
      }
    const [ours, theirs] = figures.map(median);
    const [ofOurs = [], ofTheirs = []] = figures.map((each) => each.map(rateOf));
    const times = ofTheirs.map((rate, round) => (ofOurs[round] ?? 0) / rate).toSorted((a, b) => a - b);
    if (ours?.asked === undefined) throw new Error('nothing was counted');
    const { requests, asked } = ours;
    return {
      ...{ issues, requests, rounds },
      ...costOf(ours),
      ...{ roundTrips: asked.roundTrips / requests, statements: asked.statements / requests },
      ...(theirs !== undefined &&
        against !== undefined && {
          former: { ...costOf(theirs), commit: await commitOf(against), times: times[rounds >> 1] ?? 0 },
        }),
    };
  } finally {
    for (const client of clients) await client.stop();
    await sandbox.stop();
  }
}
