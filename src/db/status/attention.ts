import { count, duration, plural } from '../../format.ts';
import type { ScheduleName } from '../../resources/listed.ts';
import { troubleInWords } from '../bi/trouble.ts';
import { alteredInShort, alteredInWords } from '../mirror/altered.ts';
import type { BudgetUse } from '../workspace/budgets.ts';
import type { ClockDifference } from '../workspace/clock.ts';
import { WORKS_ELSEWHERE } from '../workspace/token.ts';
import { collationInWords, collationRemedy } from './collation.ts';
import type { ResourceStatus, Status } from './status.ts';

export const ATTENTION_KINDS = [
  ...(['token', 'pylon', 'failing', 'late', 'paused', 'clock', 'stopped', 'collation', 'edits'] as const),
  ...(['trigger', 'views', 'types', 'rejected', 'drift', 'untold'] as const),
] as const;

/** Something that needs a person's attention. */
export interface Attention {
  readonly kind: (typeof ATTENTION_KINDS)[number];
  /** The problem, as a sentence. */
  readonly what: string;
  /** The command, or SQL statements, that a person may decide to run; null if there is none. */
  readonly command: string | null;
  /** What it consists of, to be told elsewhere: usually itself alone. */
  readonly troubles: readonly Trouble[];
}

/** One thing that is wrong, from its beginning to its end. */
interface Trouble {
  /** Names it while it lasts; its first word is the kind of its entry. */
  readonly key: string;
  /** The problem as a sentence of names and numbers: no value, no error message, no id of a record. */
  readonly summary: string;
}

/** The form of a run's error if Pylon refused the token: `GET /me: 401 …`. */
const REFUSED = /^\S+ \S+: 401\b/;

/** Whether an error means that the token is refused. A 401 for one request only, e.g. from a gateway, does not. */
const isTokenRefused = (error: string) => REFUSED.test(error) && !error.includes(WORKS_ELSEWHERE);

/** What needs a person's attention, the most serious first. */
export function attentionOf(status: Status): readonly Attention[] {
  const { as_of, resources, stopped_scans, edits, budgets, clock, views, collations, altered, types } =
    status;
  const { token } = status;
  const failing = resources.filter((one) => one.failing !== null && !isSilence(one, status));
  const refused = failing.filter((one) => isTokenRefused(errorOf(one)));
  const because = token?.because ?? refused.map(errorOf)[0];
  const since = token === null ? '' : ` since ${token.since}`;
  return [
    ...(because === undefined
      ? []
      : [
          noting(
            'token',
            '',
            `Pylon refuses the token${since}, so nothing is read: ${because}`,
            null,
            `Pylon refuses the token${since}, so nothing is read`,
          ),
        ]),
    ...silenceOf(status),
    ...failing
      .filter((one) => !refused.includes(one))
      .map((one) =>
        noting(
          ...(['failing', one.resource, `${one.resource} fails: ${errorOf(one)}`] as const),
          ...([null, `${one.resource} fails (${one.failing?.kind})`] as const),
        ),
      ),
    ...(isDown(status) ? [] : lateOf(status)),
    ...budgets.flatMap((budget) => pausedOf(budget, Date.parse(as_of))),
    ...(clock === null ? [] : [noting('clock', '', clockText(clock))]),
    ...stopped_scans.map(stoppedOf),
    ...collations.map((one) =>
      noting('collation', one.name ?? '', collationInWords(one), collationRemedy(one)),
    ),
    ...editsOf(edits, isDown(status)),
    ...altered.map((one) => noting('trigger', one.resource, alteredInWords(one), null, alteredInShort(one))),
    ...views.flatMap((view) =>
      troubleInWords(view).map((what) =>
        noting('views', view.relation, what, null, `${view.relation} does not follow the custom fields`),
      ),
    ),
    ...types.unknown.map(({ type, since }) =>
      noting(
        'types',
        type,
        `Pylon has not known the type "${type}" of custom objects since ${since}: nothing of it is read. Is the slug in PYLON_SYNC_CUSTOM_OBJECTS right? It is asked for again at each start and with each full comparison`,
      ),
    ),
    ...resources.flatMap(rejectedOf),
    ...resources.flatMap(driftOf),
    ...untoldOf(status),
  ];
}

/** The entry of a scan that missed more than may be deleted without a person. */
function stoppedOf({ id, resource, types, candidates, live }: Status['stopped_scans'][number]): Attention {
  const rows = live === null ? plural(candidates, 'row') : `${count(candidates)} of ${plural(live, 'row')}`;
  const [of, none] = types === null ? ['', 'nothing'] : [` of type ${types.join(', ')}`, 'none of them'];
  return noting(
    'stopped',
    String(id),
    `${resource}: a scan missed ${rows}${of}, so ${none} was deleted. If they are gone from Pylon:`,
    `pylon-sync reconcile --approve ${id}`,
  );
}

/** Seconds for which an alert may wait for its receiver before somebody has to look. */
const UNTOLD_SECONDS = 600;

/** An entry if the receiver takes no alerts, so that nobody learns of the other entries. */
function untoldOf({ untold }: Status): readonly Attention[] {
  if (untold === null || untold.seconds < UNTOLD_SECONDS) return [];
  const what = `The receiver of PYLON_SYNC_ALERT_URL takes no alerts: one has waited for ${duration(untold.seconds)}`;
  return [noting('untold', '', what, 'pylon-sync alert --test')];
}

/** Whether Pylon does not answer at all. */
export const isDown = ({ pylon }: Pick<Status, 'pylon'>): boolean =>
  pylon !== null && pylon.down_since !== null;

/** Whether a resource fails only because Pylon does not answer. */
export function isSilence({ failing }: ResourceStatus, { pylon }: Pick<Status, 'pylon'>): boolean {
  const since = pylon?.down_since ?? null;
  return (
    failing !== null &&
    since !== null &&
    Date.parse(failing.at) >= Math.floor(Date.parse(since) / 1_000) * 1_000
  );
}

/** One entry for an outage of Pylon, instead of one for each resource that fails or is late because of it. */
function silenceOf(status: Status): readonly Attention[] {
  const { pylon, resources, edits, as_of } = status;
  if (pylon === null || pylon.down_since === null) return [];
  const lasting = duration((Date.parse(as_of) - Date.parse(pylon.down_since)) / 1_000);
  const waiting = edits.by_state.pending + edits.by_state.sending;
  const passes = resources.filter(
    (one) => one.last_run?.outcome === 'running' || isSilence(one, status),
  ).length;
  const last = pylon.last === null ? '' : ` (${pylon.last})`;
  return [
    noting(
      'pylon',
      '',
      `Pylon has answered nothing for ${lasting}, since ${pylon.down_since}${last}: ` +
        `${plural(passes, 'reading')} and ${plural(waiting, 'edit')} wait, and go on by themselves when it answers`,
    ),
  ];
}

/** The resources that are late, in one entry per schedule. */
function lateOf({ resources, schedule: kept }: Status): readonly Attention[] {
  const lag = kept?.lag_seconds ?? null;
  const late = resources.flatMap(({ resource, late }) => late.map((one) => ({ resource, ...one })));
  return [...new Set(late.map(({ schedule }) => schedule))].map((schedule) => {
    const of = late.filter((one) => one.schedule === schedule);
    const [first] = of;
    const names = of.map(({ resource, seconds }) => `${resource} by ${duration(seconds)}`).join(', ');
    const what =
      schedule === 'reconcile' ? 'the schedule of full comparisons' : `the schedule of ${schedule}`;
    return {
      kind: 'late',
      what: `Behind ${what} (${first?.cron}) by ${allowance(schedule, lag)} or more: ${names}`,
      command: null,
      troubles: of.map(({ resource, seconds }) => ({
        key: `late ${schedule} ${resource}`,
        summary: `${resource} is behind ${what} by ${duration(seconds)}`,
      })),
    };
  });
}

/** By how much something is late at the least. `lag`: PYLON_SYNC_ALERT_LAG, in seconds. */
const allowance = (schedule: ScheduleName, lag: number | null) =>
  lag === null || schedule === 'reconcile' ? 'three of its periods' : duration(lag);

/** Pauses longer than this many milliseconds are not explained by Pylon's rate limits. */
const LONG_PAUSE_MS = 120_000;

/** An entry if Pylon has paused an endpoint for longer than its rate limits explain. */
function pausedOf({ endpoint, paused_until }: BudgetUse, now: number): readonly Attention[] {
  if (paused_until === null || !(Date.parse(paused_until) - now > LONG_PAUSE_MS)) return [];
  const until = new Date(paused_until).toISOString().replace(/\.\d+Z$/, 'Z');
  return [
    noting(
      'paused',
      endpoint,
      `Pylon answers ${endpoint} with 429 and asks to wait until ${until}: it is asked again every ten minutes`,
    ),
  ];
}

function clockText({ ahead_seconds }: ClockDifference): string {
  const apart = duration(Math.abs(ahead_seconds));
  return `Pylon's clock is ${apart} ${ahead_seconds > 0 ? 'ahead of' : 'behind'} the daemon's: one of them, or that of a proxy between, is wrong. The earlier one counts, so nothing is missed, but more is read than need be`;
}

/** Entries about edits that wait for a person. */
function editsOf({ by_state, answered, stuck }: Status['edits'], isSilent: boolean): readonly Attention[] {
  const of = (state: keyof typeof by_state, sentence: (edits: string, are: string) => string) => {
    const edits = by_state[state];
    if (edits === 0) return [];
    const what = sentence(plural(edits, 'edit'), edits === 1 ? 'is' : 'are');
    return [noting('edits', state, what, `pylon-sync edits list --state ${state}`)];
  };
  const waited =
    `${plural(stuck.edits, 'edit')} ${stuck.edits === 1 ? 'has' : 'have'} waited for an hour or longer, ` +
    `the longest for ${duration(stuck.seconds)}`;
  const which = answered.edits === 1 ? 'an edit' : plural(answered.edits, 'edit');
  return [
    ...(answered.edits === 0
      ? []
      : [
          noting(
            'edits',
            'answered',
            `Pylon has answered ${which}, and that cannot be stored here: ${reasonIn(answered.error)}. Once that is mended:`,
            'pylon-sync edits retry --state pending',
            `Pylon has answered ${which}, and that cannot be stored here. Once that is mended:`,
          ),
        ]),
    ...(stuck.edits === 0 || isSilent
      ? []
      : [
          noting(
            'edits',
            'stuck',
            `${waited}: ${stuck.error ?? 'nothing sends them. Is a daemon running, and do PYLON_SYNC_ALLOW and PYLON_SYNC_RESOURCES let it?'}`,
            'pylon-sync edits list --state pending --older-than 1h',
            waited,
          ),
        ]),
    ...of(
      'conflict',
      (edits, are) =>
        `${edits} ${are} in conflict: the same was changed here and in Pylon, or deleted here and changed there`,
    ),
    ...of('failed', (edits, are) => `${edits} ${are} refused by Pylon, which says why`),
    ...of('draft', (edits, are) => `${edits} ${are} kept back until somebody approves`),
  ];
}

/** The reason in an error, without the introduction that the entry repeats. */
const reasonIn = (error: string | null) =>
  (error ?? 'no reason is known').replace(/^Pylon has answered.*? here: /, '');

/**
 * An entry that is one trouble. `of` tells it from others of its kind; `summary` is needed where `what` has more than
 * names and numbers.
 */
function noting(
  kind: Attention['kind'],
  of: string,
  what: string,
  command: string | null = null,
  summary: string = what,
): Attention {
  return { kind, what, command, troubles: [{ key: of === '' ? kind : `${kind} ${of}`, summary }] };
}

function errorOf({ failing }: ResourceStatus): string {
  return failing?.error || `its last run of kind ${failing?.kind} failed without an error message`;
}

/** SQL for which records of a resource were rejected, and why. */
export const rejectsQuery = (resource: string): string =>
  `SELECT record_id, reason, seen_at FROM pylon_sync.rejected_records WHERE resource = '${resource}' ORDER BY seen_at DESC`;

function rejectedOf({ resource, rejected }: ResourceStatus): readonly Attention[] {
  if (rejected === 0) return [];
  return [
    noting(
      'rejected',
      resource,
      `${resource}: ${plural(rejected, 'record')} of Pylon's cannot be stored here. Which, and why:`,
      rejectsQuery(resource),
    ),
  ];
}

function driftOf({ resource, drift }: ResourceStatus): readonly Attention[] {
  const { reconcile, audit } = drift;
  const mended = `corrected ${plural(reconcile ?? 0, 'row')} that earlier passes should have updated`;
  const found = `${count(audit.drifted)} of ${plural(audit.sampled, 'row')} that earlier passes should have updated`;
  return [
    ...(reconcile === null || reconcile === 0
      ? []
      : [noting('drift', `reconcile ${resource}`, `${resource}: the last reconciliation ${mended}`)]),
    ...(audit.drifted === 0
      ? []
      : [noting('drift', `audit ${resource}`, `${resource}: the audit of 7 days found ${found}`)]),
  ];
}
