import type { Environment } from '../../config.ts';

/**
 * How to run another command of ours from where this one was started: what npm says of the script or the package that it
 * runs, else the program's own name.
 */
export function commandName({ npm_command: command, npm_lifecycle_event: script }: Environment): string {
  if (command === 'exec') return 'npx pylon-sync';
  if (script !== undefined) return 'npm run -s pylon-sync --';
  return 'pylon-sync';
}
