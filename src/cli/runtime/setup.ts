import type { Logger } from 'pino';
import { type Config, type Environment, inspectConfig, readConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import type { Fetch } from '../../network/exchange.ts';
import { newFetch } from '../../network/fetch.ts';
import { concealing } from '../../secret.ts';
import { newLines } from '../process/lines.ts';
import type { Shell } from '../process/shell.ts';
import { TEMPO, type Tempo } from '../process/tempo.ts';
import { canDraw, wantsColour } from '../render/terminal.ts';
import { newShutdownTracker, type ShutdownTracker } from './shutdown.ts';

/** Where log lines go: to stderr, or above a progress display while there is one. */
interface Output {
  print: (text: string) => void;
}

/** What every command works with: its process, with the configuration and the log. */
export interface Setup extends Shell {
  readonly config: Config;
  readonly log: Logger;
  readonly output: Output;
  /** How many lines of the log could not be written. */
  readonly lostLines: () => number;
  /** Replaces the configuration's secrets in a text that others may read. */
  readonly conceal: (text: string) => string;
  /** Tracks what is open, so that a shutdown that hangs can name it. */
  readonly tracker: ShutdownTracker;
  readonly tempo: Tempo;
  /** `fetch`, through the proxies of the configuration. */
  readonly fetch: Fetch;
}

/**
 * Reads the configuration and opens the log.
 *
 * @throws UsageError naming every problem of the configuration.
 */
export function setUp(shell: Shell, need: { readonly token: boolean }): Setup {
  return withConfig(shell, shell.env, readConfig(shell.env, need));
}

/** The same with a configuration that was read before, from `env`. */
export function withConfig(shell: Shell, env: Environment, config: Config): Setup {
  const lines = newLines(shell.stderr, (lost, reason) =>
    log.error({ lost, reason }, 'lines of the log were lost'),
  );
  const output: Output = { print: lines.write };
  const { token, databaseUrl, databasePassword, listenUrl, webhookSecret, pingUrl, alerts, proxies } = config;
  const conceal = concealing([
    ...[token, databaseUrl, databasePassword, listenUrl, webhookSecret],
    ...[pingUrl, alerts?.url, alerts?.secret, proxies.https, proxies.http],
  ]);
  const log: Logger = createLog({
    level: config.logLevel,
    format: config.logFormat ?? (canDraw(shell.stderr, shell.env) ? 'pretty' : 'json'),
    colour: wantsColour(shell.stderr, shell.env),
    write: (line) => output.print(line),
    conceal,
  });
  for (const warning of inspectConfig(env, { token: false }).warnings) log.warn(warning);
  return {
    ...shell,
    config,
    log,
    output,
    lostLines: lines.lost,
    conceal,
    tracker: newShutdownTracker(),
    tempo: shell.tempo ?? TEMPO,
    fetch: newFetch(config.proxies),
  };
}
