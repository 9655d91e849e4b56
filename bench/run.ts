import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { collectEarly } from '../src/cli/process/heap.ts';
import { UsageError } from '../src/errors.ts';
import { measureChildren } from './children.ts';
import { CHILDREN_HEADING, childrenSection } from './children-report.ts';
import { peakMemory } from './command.ts';
import { measureDaemon } from './daemon.ts';
import { DAEMON_HEADING, daemonSection, withSection } from './daemon-report.ts';
import { measureEdits } from './edits.ts';
import { EDITS_HEADING, editsSection } from './edits-report.ts';
import { measureHistory } from './history.ts';
import { HISTORY_HEADING, historySection } from './history-report.ts';
import { measureIdle } from './idle.ts';
import { IDLE_HEADING, idleSection } from './idle-report.ts';
import { measureLarge } from './large.ts';
import { LARGE_HEADING, largeSection } from './large-report.ts';
import { type Figure, measureAll, type Plan } from './loads.ts';
import { LOADS_HEADING, loadsSection } from './loads-report.ts';
import { describeMachine } from './machine.ts';
import { type BenchOptions, type Part, readOptions } from './options.ts';
import { ALL, LASTING } from './plans.ts';
import { type BenchServer, startServer } from './postgres.ts';
import { report } from './report.ts';
import { measureRequests } from './requests.ts';
import { REQUESTS_HEADING, requestsSection } from './requests-report.ts';
import type { Circumstances, SizeResult } from './results.ts';
import { startSandboxProcess } from './sandbox.ts';
import { measureStarters } from './starters.ts';
import { STARTERS_HEADING, startersSection } from './starters-report.ts';
import { measureViews, type ViewFigures } from './views.ts';
import { VIEWS_HEADING, viewsSection } from './views-report.ts';

const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url));

/** Issues of the workspace whose requests are counted: each takes three more. */
const LIMITED_ISSUES = 900;

/** Issues with their messages, followers and threads, which are listed without limits. */
const LISTED_ISSUES = 600;
/** For each of the other benches': one takes seconds, and they differ by a fifth. */
const ROUNDS_OF_LISTINGS = 3;

const measuredChildren = (server: BenchServer, { rounds, against }: BenchOptions) => {
  process.stderr.write(`listings per parent of ${LISTED_ISSUES} issues\n`);
  return measureChildren(server, LISTED_ISSUES, rounds * ROUNDS_OF_LISTINGS, against);
};

const measuredDaemon = (server: BenchServer) => {
  process.stderr.write(`the daemon on ${LIMITED_ISSUES} issues\n`);
  return measureDaemon(server, LIMITED_ISSUES);
};

const measuredEdits = (server: BenchServer) => {
  process.stderr.write(`edits on ${LIMITED_ISSUES} issues\n`);
  return measureEdits(server, LIMITED_ISSUES);
};

const measuredViews = (server: BenchServer): Promise<ViewFigures> => {
  process.stderr.write('views\n');
  return measureViews(server);
};

const measuredHistory = (server: BenchServer) => {
  process.stderr.write('history\n');
  return measureHistory(server);
};

/** Minutes for which each idle daemon is watched. */
const IDLE_MINUTES = 10;

const measuredIdle = (
  server: BenchServer,
  { rounds, minutes = rounds === 1 ? 1 : IDLE_MINUTES }: BenchOptions,
) => {
  process.stderr.write(`idle daemons, ${minutes} minutes, and an auditing one\n`);
  return measureIdle(server, minutes);
};

/** Issues of a large mirror, unless `--issues` says how many. */
const LARGE = 1_000_000;

const measuredLarge = ({ sizes: [first = LARGE], isSized, keep }: BenchOptions) => {
  process.stderr.write('a large mirror\n');
  return measureLarge({ issues: isSized ? first : LARGE, keep });
};

const measuredStarters = (server: BenchServer) => {
  process.stderr.write('memory through every starter\n');
  return measureStarters(server, ({ node, starter, peakBytes }) =>
    process.stderr.write(`Node ${node}, ${starter}: ${Math.round(peakBytes / 1e6)} MB\n`),
  );
};

/** Of what is measured alone: its heading, and its section. */
const SECTIONS: Readonly<
  Record<
    Part,
    readonly [
      heading: string,
      (server: BenchServer, of: Circumstances, options: BenchOptions) => Promise<string>,
    ]
  >
> = {
  children: [
    CHILDREN_HEADING,
    async (server, of, options) => childrenSection(await measuredChildren(server, options), of),
  ],
  loads: [
    LOADS_HEADING,
    async (server, of, options) => loadsSection(await measuredLoads(server, options), of),
  ],
  requests: [REQUESTS_HEADING, async (server, of) => requestsSection(await measuredRequests(server), of)],
  daemon: [DAEMON_HEADING, async (server, of) => daemonSection(await measuredDaemon(server), of)],
  edits: [EDITS_HEADING, async (server, of) => editsSection(await measuredEdits(server), of)],
  idle: [IDLE_HEADING, async (server, of, options) => idleSection(await measuredIdle(server, options), of)],
  history: [HISTORY_HEADING, async (server, of) => historySection(await measuredHistory(server), of)],
  memory: [STARTERS_HEADING, async (server, of) => startersSection(await measuredStarters(server), of)],
  large: [LARGE_HEADING, async (_, of, options) => largeSection(await measuredLarge(options), of)],
  views: [VIEWS_HEADING, async (server, of) => viewsSection(await measuredViews(server), of)],
};

function tell({ method, load, rows, seconds }: Figure): void {
  process.stderr.write(`${method}, ${load} load: ${Math.round(rows / seconds)} rows/s\n`);
}

async function measureSize(
  server: BenchServer,
  issues: number,
  plans: readonly Plan[],
  rounds: number,
): Promise<SizeResult> {
  process.stderr.write(`${issues} issues\n`);
  const sandbox = await startSandboxProcess({ kind: 'frozen', issues });
  try {
    const figures = await measureAll(server, sandbox, plans, rounds, tell);
    const database = await server.createDatabase();
    const peakBytes = await peakMemory(sandbox, database.url, server.folder);
    await database.drop();
    return { issues, figures, rounds, peakBytes };
  } finally {
    await sandbox.stop();
  }
}

async function measuredLoads(
  server: BenchServer,
  { sizes, rounds }: BenchOptions,
): Promise<readonly SizeResult[]> {
  const measured: SizeResult[] = [];
  for (const [index, issues] of sizes.entries()) {
    const isFirst = index === 0;
    measured.push(await measureSize(server, issues, isFirst ? ALL : LASTING, isFirst ? rounds : 1));
  }
  return measured;
}

const measuredRequests = (server: BenchServer) => {
  process.stderr.write(`${LIMITED_ISSUES} issues within Pylon's limits\n`);
  return measureRequests(server, LIMITED_ISSUES);
};

async function measureEverything(
  server: BenchServer,
  options: BenchOptions,
  circumstances: Circumstances,
): Promise<string> {
  return report({
    ...circumstances,
    sizes: await measuredLoads(server, options),
    requests: await measuredRequests(server),
    children: await measuredChildren(server, options),
    daemon: await measuredDaemon(server),
    idle: await measuredIdle(server, options),
    edits: await measuredEdits(server),
    views: await measuredViews(server),
    history: await measuredHistory(server),
    large: await measureLarge({ issues: LARGE, keep: options.keep }),
    starters: await measuredStarters(server),
  });
}

async function run(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  const server = await startServer();
  try {
    const circumstances = {
      command: ['npm run bench', ...(words.length === 0 ? [] : ['--', ...words])].join(' '),
      date: new Date().toISOString().slice(0, 10),
      machine: await describeMachine(server.url),
    };
    if (options.only !== undefined) {
      const [heading, measure] = SECTIONS[options.only];
      const section = await measure(server, circumstances, options);
      process.stdout.write(`${section}\n`);
      if (options.write)
        await writeFile(RESULTS, withSection(await readFile(RESULTS, 'utf8'), heading, section));
      return;
    }
    const text = await measureEverything(server, options, circumstances);
    process.stdout.write(text);
    if (options.write) await writeFile(RESULTS, text);
  } finally {
    await server.stop();
  }
}

// As the command does for itself: what is measured is the program as it runs.
collectEarly();
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  // What is to be left behind nowhere is removed on exit.
  process.once(signal, () => process.exit(status));
}
await run(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
});
