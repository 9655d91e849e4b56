import type { Logger } from 'pino';
import { type Config, type Environment, inspectConfig, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { concealing } from '../secret.ts';
import { type Ending, newEnding } from './ending.ts';
import type { Shell } from './shell.ts';
import { TEMPO, type Tempo } from './tempo.ts';
import { canDraw, wantsColour } from './terminal.ts';

/** Where log lines go: to stderr, or above a drawing while there is one. */
interface Output {
  print: (text: string) => void;
}

/** What every command that does something starts from. */
export interface Setup {
  readonly shell: Shell;
  readonly config: Config;
  readonly log: Logger;
  readonly output: Output;
  /** Blacks out the secrets of the configuration in text that others may read. */
  readonly conceal: (text: string) => string;
  /** What is open, should the command not end. */
  readonly ending: Ending;
  readonly tempo: Tempo;
}

/**
 * Reads the configuration and opens the log.
 *
 * @throws UsageError naming every problem of the configuration.
 */
export function setUp(shell: Shell, need: { readonly token: boolean }): Setup {
  return withConfig(shell, shell.env, readConfig(shell.env, need));
}

/** The same with a configuration already read; `env` is what it was read from. */
export function withConfig(shell: Shell, env: Environment, config: Config): Setup {
  const output: Output = { print: (text) => shell.stderr.write(text) };
  const conceal = concealing([config.token, config.databaseUrl, config.listenUrl, config.webhookSecret]);
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat ?? (canDraw(shell.stderr, shell.env) ? 'pretty' : 'json'),
    colour: wantsColour(shell.stderr, shell.env),
    write: (line) => output.print(line),
    conceal,
  });
  for (const warning of inspectConfig(env, { token: false }).warnings) log.warn(warning);
  return { shell, config, log, output, conceal, ending: newEnding(), tempo: shell.tempo ?? TEMPO };
}
