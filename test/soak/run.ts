import { startServer } from '../../bench/postgres.ts';
import { UsageError } from '../../src/errors.ts';
import { runCrashTests } from './crashes.ts';
import { readFlags } from './options.ts';
import { soak } from './soak.ts';
import { problemsOf, tableOf } from './verdict.ts';

/** Prints how a daemon endured the time; whether it passed. */
async function endure(minutes: number, seed: number): Promise<boolean> {
  process.stdout.write(
    `A daemon for ${minutes} minutes, ${minutes * 60} of the limits' clock, seed ${seed}\n`,
  );
  const server = await startServer();
  try {
    const { url } = await server.createDatabase();
    const endured = await soak({
      ...{ minutes, seed, database: url },
      tell: (line) => process.stderr.write(`${line}\n`),
    });
    const problems = problemsOf(endured, minutes);
    process.stdout.write(`${tableOf(endured)}\n\n`);
    process.stdout.write(
      problems.length === 0 ? 'passed\n' : `failed (--seed ${seed}):\n${problems.join('\n')}\n`,
    );
    return problems.length === 0;
  } finally {
    await server.stop();
  }
}

async function run(words: readonly string[]): Promise<number> {
  const { minutes, kills, seed } = readFlags(words, Date.now() % 1_000_000);
  const hasEndured = minutes === 0 || (await endure(minutes, seed));
  if (kills > 0) process.stdout.write(`Crash tests with ${kills} kills each, seed ${seed}\n`);
  const hasRecovered = kills === 0 || (await runCrashTests(kills, seed));
  return hasEndured && hasRecovered ? 0 : 1;
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  // What is to be left behind nowhere is removed on exit.
  process.once(signal, () => process.exit(status));
}
process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 2;
});
