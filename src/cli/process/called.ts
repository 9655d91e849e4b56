import { basename } from 'node:path';
import type { Environment } from '../../config.ts';

/** How this process was started. */
export interface Called {
  readonly env: Environment;
  /** The path of its program, as it was named; undefined: it does not matter. */
  readonly program?: string | undefined;
}

/** What a path needs to be one word of a shell. */
const word = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

/**
 * How to run another command of ours from where this one was started: by the script that npm runs, by npx for a
 * package that belongs to another, by Node where that was given the file, else by the program's own name.
 */
export function commandName({ env, program }: Called): string {
  const { npm_command: command, npm_lifecycle_event: script } = env;
  if (command === 'exec') return 'npx pylon-sync';
  if (program !== undefined && /[\\/]node_modules[\\/]\.bin[\\/]/.test(program)) return 'npx pylon-sync';
  const isFile = program === undefined || basename(program) !== 'pylon-sync';
  if (script !== undefined && isFile) return 'npm run -s pylon-sync --';
  return program === undefined || !isFile ? 'pylon-sync' : `node ${word(program)}`;
}

/** The commands of ours that a text may name. */
const COMMANDS =
  'start|backfill|sync|reconcile|push|purge|edits|status|check|migrate|sql|url|sandbox|demo|alert';
/** A command within a text; what runs somewhere else is named, not to be run. */
const NAMED = new RegExp(String.raw`(?<!in use by .?)\bpylon-sync(?= (?:${COMMANDS})\b)`, 'g');

/** The text with each of our commands as it is run from where this process was started. */
export const withCommands = (text: string, called: Called): string =>
  text.replace(NAMED, () => commandName(called));
