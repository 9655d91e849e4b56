import type { State } from '../../edits/states.ts';
import { toJson } from '../../exact.ts';
import type { Preview } from '../../sync/push/preview.ts';
import type { PushReport } from '../../sync/push/push-once.ts';
import { commandName } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { oneLine } from './one-line.ts';

/**
 * Prints what became of the edits. Returns the exit status: 0 if all are applied or discarded, 3 if only some are
 * applied, 1 if none is.
 */
export function showPush(
  { states, previews }: PushReport,
  shell: Pick<Shell, 'stdout' | 'stderr' | 'env' | 'program'>,
): number {
  if (previews !== undefined) {
    shell.stdout.write(previews.length === 0 ? 'Nothing is due.\n' : previews.map(previewText).join(''));
    return 0;
  }
  const counts = Object.entries(states) as [State, number][];
  const text = counts
    .map(([state, count]) => `${count} ${state === 'pending' ? 'put back' : state}`)
    .join(', ');
  shell.stdout.write(text === '' ? 'Nothing is due.\n' : `Edits: ${text}.\n`);
  const open = counts.filter(([state]) => !['applied', 'discarded'].includes(state));
  if (open.length === 0) return 0;
  shell.stderr.write(
    `pylon-sync: not all edits are applied: \`${commandName(shell)} edits list\` names those that are not\n`,
  );
  return states.applied === undefined ? 1 : 3;
}

function previewText({ resource, record, edits, request, meanings = [], note }: Preview): string {
  const what = `${resource} ${record} (edit ${edits.join(', ')})`;
  const sent =
    request === undefined
      ? ''
      : `${request.method} ${request.path}\n${request.body === undefined ? '' : `${toJson(request.body, null, 2)}\n`}`;
  const read = meanings.map(
    ({ field, word, value }) => `#   ${field}: ${oneLine(word)} → ${oneLine(value)}\n`,
  );
  return `# ${what}${note === undefined ? '' : `: ${note}`}\n${read.join('')}${sent}\n`;
}
