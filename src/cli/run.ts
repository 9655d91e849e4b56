import { Command, CommanderError } from 'commander';
import { refusalIn } from '../db/connection/sql-state.ts';
import {
  LeaseLostError,
  PermanentError,
  reasonOf,
  TransientError,
  UnknownOutcomeError,
  UsageError,
} from '../errors.ts';
import { concealing, Secret } from '../secret.ts';
import { secretsIn } from '../secret-files.ts';
import { addAlert } from './commands/alert.ts';
import { addBackfill } from './commands/backfill.ts';
import { addCheck } from './commands/check.ts';
import { addDemo } from './commands/demo.ts';
import { addEdits } from './commands/edits.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPurge } from './commands/purge.ts';
import { addPush } from './commands/push.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addSandbox } from './commands/sandbox.ts';
import { addSql } from './commands/sql.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addSync } from './commands/sync.ts';
import { addUrl } from './commands/url.ts';
import { withCommands } from './process/called.ts';
import { Interrupted, type Run, type Shell } from './process/shell.ts';

const EXIT_STATUSES = `
Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 done in part.
Configuration is read from the environment and from a .env file in the current folder.`;

const COMMANDS = [
  addStart,
  addBackfill,
  addSync,
  addReconcile,
  addPush,
  addPurge,
  addEdits,
  addStatus,
  addCheck,
  addAlert,
  addMigrate,
  addSql,
  addUrl,
  addSandbox,
  addDemo,
];

function createProgram(shell: Shell, run: Run): Command {
  const program = new Command('pylon-sync')
    .description('Keeps a Postgres database and a Pylon workspace equal.')
    .version(shell.version, '-V, --version')
    .addHelpText('after', EXIT_STATUSES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      // `explain` prints the error, with what the command accepts.
      outputError: () => {},
    });
  for (const add of COMMANDS) add(program, run);
  return program;
}

/** Runs the command that the arguments name and returns its exit status. Never throws. */
export async function runCommandLine(words: readonly string[], shell: Shell): Promise<number> {
  let status = 0;
  const program = createProgram(shell, async (work) => {
    status = await work(shell);
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return status;
  } catch (error) {
    // Secrets of the environment, also where the configuration could not be read: no message may show them.
    const conceal = concealing(secretsIn(shell.env).map((text) => new Secret(text.trim())));
    const outcome = explain(error, program, words);
    for (const line of outcome.text.split('\n')) {
      if (line !== '') shell.stderr.write(`pylon-sync: ${conceal(withCommands(line, shell))}\n`);
    }
    return outcome.status;
  }
}

function explain(
  error: unknown,
  program: Command,
  words: readonly string[],
): { status: number; text: string } {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { status: 0, text: '' };
    // No command was given: commander has shown the help.
    if (error.code === 'commander.help') return { status: 2, text: '' };
    return {
      status: 2,
      text: `${named(error, program, words)
        .replace(/^error: |\.$/g, '')
        .replace('\n', ' ')}: ${accepted(error, program, words)}`,
    };
  }
  if (error instanceof Interrupted) return { status: error.status, text: error.message };
  if (error instanceof UsageError) return { status: 2, text: reasonOf(error) };
  const expected = [TransientError, PermanentError, UnknownOutcomeError, LeaseLostError];
  if (expected.some((kind) => error instanceof kind)) return { status: 1, text: reasonOf(error) };
  const refused = refusalIn(error);
  if (refused !== undefined) return { status: 1, text: `the database refused a statement: ${refused}` };
  // Anything else is a bug of this program: the stack helps to find it.
  return { status: 1, text: error instanceof Error ? `${reasonOf(error)}\n${error.stack}` : String(error) };
}

/** Commander's message; of too many arguments it only gives the number, so this names them. */
function named({ code, message }: CommanderError, program: Command, words: readonly string[]): string {
  if (code !== 'commander.excessArguments') return message;
  const { args, registeredArguments } = commandIn(program, words);
  const unknown = args.slice(registeredArguments.length).map((word) => JSON.stringify(word));
  return unknown.length === 0 ? message : `too many arguments: ${unknown.join(' ')}`;
}

/** The innermost command that the words name. */
function commandIn(program: Command, words: readonly string[]): Command {
  const command = program.commands.find((known) => words.includes(known.name()));
  return command === undefined ? program : commandIn(command, words);
}

/** What the command accepts, for the end of a usage error. */
function accepted(error: CommanderError, program: Command, words: readonly string[]): string {
  const command = commandIn(program, words);
  const { commands, parent } = command;
  const names = commands.map((known) => known.name()).join(', ');
  if (parent === null) return `takes one of ${names}`;
  const name = parent === program ? command.name() : `${parent.name()} ${command.name()}`;
  if (commands.length > 0) return `\`${name}\` takes one of ${names}`;
  if (error.code === 'commander.unknownCommand')
    return `takes one of ${parent.commands.map((known) => known.name()).join(', ')}`;
  const { registeredArguments, options } = command;
  const given = registeredArguments.map((one) => {
    const words = `${one.name()}${one.variadic ? '...' : ''}`;
    return one.required ? `<${words}>` : `[${words}]`;
  });
  const flags = options.map((option) => option.flags);
  return `\`${name}\` takes ${[...given, ...flags, '--help'].join(', ')}`;
}
