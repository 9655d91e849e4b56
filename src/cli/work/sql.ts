import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Answered, type Console, openConsole } from '../../db/connection/console.ts';
import { sqlState } from '../../db/connection/sql-state.ts';
import { UsageError } from '../../errors.ts';
import { takeStatements } from '../args/statements.ts';
import type { Shell } from '../process/shell.ts';
import { answerLines, noticeText, printable } from '../render/answers.ts';
import { findRunning } from '../runtime/running.ts';
import { setUp } from '../runtime/setup.ts';

/** What to do where nothing runs. */
const ADVICE = 'set DATABASE_URL, or `pylon-sync start` or `pylon-sync demo` starts one';

/** Runs statements, or those of the input. Returns the exit status. */
export async function runSql(shell: Shell, given: string | undefined): Promise<number> {
  const { config } = setUp(shell, { token: false });
  const { stdin, stdout, stderr, signal } = shell;
  if (given === undefined && stdin === undefined)
    throw new UsageError(
      'sql takes the statements to run: pylon-sync sql "SELECT count(*) FROM pylon.issues"',
    );
  const session = await openConsole(
    config.databaseUrl?.reveal() ?? (await findRunning(config.dataDir, ADVICE)),
    (notice) => stderr.write(`${noticeText(notice)}\n`),
    (data) => stdout.write(stdout.isTTY ? printable(data.toString()) : data),
    signal,
  );
  try {
    if (given === undefined && stdin?.isTTY === true) return await prompt(session, shell, stdin);
    const script = given ?? (stdin === undefined ? '' : await text(stdin));
    return (await answer(session, shell, script)) ? 0 : 1;
  } finally {
    await session.close();
  }
}

/** Runs a script and prints its answers, or the error that Postgres answers. Returns whether it went through. */
async function answer(session: Console, { stdout, stderr, signal }: Shell, script: string): Promise<boolean> {
  if (script.trim() === '') return true;
  try {
    for (const answered of await session.run(script)) print(answered, stdout);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error) || sqlState(error) === '') throw error;
    const { message, detail, hint } = error as Error & { readonly detail?: string; readonly hint?: string };
    stderr.write(`${noticeText({ severity: 'ERROR', message, detail, hint })}\n`);
    return false;
  }
}

/** Characters that are written at once, at least. */
const WRITTEN_AT_ONCE = 65_536;

/** Prints an answer, a part at a time. */
function print(answered: Answered, stdout: Shell['stdout']): void {
  let part = '';
  for (const line of answerLines(answered)) {
    part += `${line}\n`;
    if (part.length < WRITTEN_AT_ONCE) continue;
    stdout.write(part);
    part = '';
  }
  stdout.write(part);
}

/** Reads statements line by line until `\q`, `exit` or the end of the input. */
async function prompt(session: Console, shell: Shell, stdin: Readable): Promise<number> {
  const { stdout, signal } = shell;
  const lines = createInterface({ input: stdin, output: stdout, signal, historySize: 500 });
  stdout.write('A statement ends with a semicolon. \\q leaves.\n');
  let typed = '';
  const ask = () => {
    lines.setPrompt(typed === '' ? 'pylon=> ' : 'pylon-> ');
    lines.prompt();
  };
  try {
    ask();
    for await (const line of lines) {
      if (typed === '' && /^\s*(\\q|quit|exit);?\s*$/i.test(line)) break;
      const { complete, rest } = takeStatements(typed === '' ? line : `${typed}\n${line}`);
      typed = rest;
      if (complete !== '') await answer(session, shell, complete);
      ask();
    }
    signal.throwIfAborted();
    return 0;
  } finally {
    lines.close();
  }
}
