import { type Aim, atLeast, atMost } from './aims.ts';
import type { EditFigures } from './edits.ts';
import type { Circumstances } from './results.ts';
import { aimsTable } from './table.ts';

export const EDITS_HEADING = '## Edits';

const ms = (value: number) => `${value.toFixed(0)} ms`;
const times = (value: number) => `${value.toFixed(2)} ×`;

function aimsOf({ latency, pace, bulk, triggers, decisions, views }: EditFigures): readonly Aim[] {
  return [
    atMost('from the commit to the PATCH, median', latency.median, 25, ms),
    atMost('from the commit to the PATCH, 99th percentile', latency.p99, 150, ms),
    atLeast('edits a minute, against the limit', 60_000 / (60_000 + pace.lateMs), 0.98),
    atMost('requests that give 1,000 accounts an owner', bulk.writes + bulk.single, 10, String),
    atMost('searches for that, a request', bulk.searches / Math.max(1, bulk.writes), 4, (value) =>
      value.toFixed(1),
    ),
    atMost('an UPDATE with the triggers, against one without', triggers.seconds / triggers.bare, 2, times),
    ...(['approve', 'retry', 'discard', 'inParts'] as const).map((what) =>
      atMost(
        `${what === 'inParts' ? 'discard in parts' : what} the drafts of it, against it`,
        decisions[what] / decisions.update,
        3,
        times,
      ),
    ),
    atMost('an UPDATE through a view, against one of the table', views.view / views.table, 5, times),
  ];
}

/** The edits' part of `RESULTS.md`, which can be measured alone. */
export function editsSection(figures: EditFigures, { command, date, machine }: Circumstances): string {
  const { latency, pace, bulk, triggers, decisions, views } = figures;
  return `${EDITS_HEADING}

\`${command}\`, ${date}, on ${machine}. The built daemon on a workspace that it has read in full, within Pylon's limits of today (share 1); a minute of the limits takes ten seconds.

${aimsTable(aimsOf(figures))}

- *From the commit to the PATCH*: ${latency.edits} edits of one account each, one after the other. The time runs from when the client sees its commit until the request passes on its way to the sandbox, and includes the \`GET\` for the comparison.
- *At the limit*: ${pace.edits} issues in one statement, ${pace.perMinute} requests a minute, took ${(pace.took / 1_000).toFixed(2)} s from the first request to the last, ${(pace.shortest / 1_000).toFixed(0)} s at the least. Each minute begins ${ms(pace.lateMs)} late, because a request counts until a minute after its answer, and because the first one has to be sent. A minute of ten seconds is as late as a real one, with which the table compares it.
- *The same owner for ${bulk.accounts.toLocaleString('en')} accounts*, in one statement: ${bulk.writes} bulk requests, ${bulk.searches} searches to compare and to read back, ${bulk.single} requests for single accounts.
- *The triggers*: \`UPDATE pylon.issues SET state = …\` of ${triggers.rows.toLocaleString('en')} rows takes ${triggers.seconds.toFixed(2)} s with them and ${triggers.bare.toFixed(2)} s without (medians of three); so many edits at once become drafts, which the time includes.
- *Decisions*: drafts of ${decisions.rows.toLocaleString('en')} rows, made by an \`UPDATE\` that takes ${decisions.update.toFixed(2)} s with the triggers, are approved in ${decisions.approve.toFixed(2)} s, retried once they have failed in ${decisions.retry.toFixed(2)} s, and discarded in ${decisions.discard.toFixed(2)} s, in one call each; \`decide_in_parts\` discards as many in ${decisions.inParts.toFixed(2)} s, a thousand a transaction.
- *Through a view*: \`UPDATE pylon_bi.issues SET title = …\` of ${views.rows.toLocaleString('en')} rows takes ${ms(views.view)}, and of \`pylon.issues\` ${ms(views.table)} (medians of nine).`;
}
