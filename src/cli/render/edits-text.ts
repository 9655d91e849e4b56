import type { EditDetails } from '../../db/edits/decisions.ts';
import { kindsOf } from '../../edits/body.ts';
import { type Field, fieldsIn, nameOf, same, valueIn } from '../../edits/merge.ts';
import { toJson } from '../../exact.ts';
import { duration, plural } from '../../format.ts';
import { resources } from '../../resources/index.ts';

/** The fields an edit changes; columns that this version does not know count as plain values. */
export function fieldsOf({ resource, changes, base }: EditDetails): readonly Field[] {
  const kinds = kindsOf(resources.find(({ name }) => name === resource) ?? {});
  const unknown = Object.keys(changes).filter((column) => kinds[column] === undefined);
  return fieldsIn(changes, base, {
    ...kinds,
    ...Object.fromEntries(unknown.map((column) => [column, 'value' as const])),
  });
}

/** Of a DELETE in conflict: the fields that have changed in Pylon. */
function contestedBy({ resource, held, shadow, remote }: EditDetails): readonly Contested[] {
  const found = resources.find(({ name }) => name === resource);
  if (found === undefined || shadow === null) return [];
  return (held ?? []).map((name) => {
    const [column = '', ...slug] = name.split('.');
    const field = { column, ...(slug.length > 0 && { slug: slug.join('.') }) };
    return { name, was: valueIn(shadow, field), now: remote?.[name] };
  });
}

interface Contested {
  readonly name: string;
  readonly was: unknown;
  readonly now: unknown;
}

/** Pylon's value of a field: from the last comparison, else as last read; undefined if neither is known. */
export function remoteOf({ remote, shadow }: EditDetails, field: Field): unknown {
  const name = nameOf(field);
  if (remote !== null && name in remote) return remote[name];
  return shadow === null ? undefined : valueIn(shadow, field);
}

const ago = (instant: string, now: number) => `${duration((now - Date.parse(instant)) / 1000)} ago`;

const LONGEST = 1_000;
function shown(value: unknown): string {
  const text = toJson(value ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${plural(text.length, 'character')})` : text;
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The lines of one field: its base, the wanted value and Pylon's value. */
function fieldText(edit: EditDetails, field: Field): readonly string[] {
  const { kind, base, wanted } = field;
  const name = nameOf(field);
  const remote = remoteOf(edit, field);
  const added = asList(wanted).filter((item) => !asList(base).includes(item));
  const taken = asList(base).filter((item) => !asList(wanted).includes(item));
  const change = [...added.map((item) => `+${shown(item)}`), ...taken.map((item) => `-${shown(item)}`)];
  const notes = [
    ...(edit.held?.includes(name) === true ? ['in conflict'] : []),
    ...(remote !== undefined && same(kind, remote, wanted) ? ['Pylon holds it'] : []),
  ];
  return [
    `${name}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`,
    ...(edit.operation !== 'update' ? [] : [`  base   ${shown(base)}`]),
    `  local  ${shown(wanted)}${kind === 'set' && change.length > 0 ? `   ${change.join(' ')}` : ''}`,
    ...(edit.operation !== 'update'
      ? []
      : [`  Pylon  ${remote === undefined ? 'not compared yet' : shown(remote)}`]),
  ];
}

/** The commands a person can use on an edit, by its state. */
const NEXT: Readonly<Record<EditDetails['state'], readonly string[]>> = {
  draft: ['approve', 'discard'],
  pending: ['discard'],
  sending: [],
  applied: [],
  conflict: ['resolve --local', 'resolve --pylon'],
  failed: ['retry', 'discard'],
  discarded: [],
};

/** Everything about one edit. */
export function editText(edit: EditDetails, now: number, command = 'pylon-sync'): string {
  const { id, state, resource, record_id, operation, actor, created_at, txid, attempts } = edit;
  const tried =
    attempts === 0
      ? 'not yet'
      : `${plural(attempts, 'time')}${edit.sent_at === null ? '' : `, last ${ago(edit.sent_at, now)}`}`;
  const waits = Date.parse(edit.next_attempt_at) - now;
  const answer = [
    ...(edit.http_status === null ? [] : [String(edit.http_status)]),
    ...(edit.request_id === null ? [] : [`request ${edit.request_id}`]),
  ].join(', ');
  const lines: readonly (readonly [string, string])[] = [
    ['edit', `${id}, ${state}${edit.settled_at === null ? '' : ` ${ago(edit.settled_at, now)}`}`],
    ['record', `${resource} ${record_id}`],
    [
      'made',
      `${ago(created_at, now)} by ${actor}, ${operation}${txid === null ? '' : `, transaction ${txid}`}`,
    ],
    ['sent', `${tried}${state === 'pending' && waits > 0 ? `; again in ${duration(waits / 1000)}` : ''}`],
    ['answer', answer],
    ['error', edit.error ?? ''],
  ];
  // An edit whose answer could not be stored can be retried, too.
  const verbs = edit.is_answered ? ['retry', ...NEXT[state]] : NEXT[state];
  const next = verbs.map((verb) => {
    const [word, ...flags] = verb.split(' ');
    return `  ${[command, 'edits', word, id, ...flags].join(' ')}`;
  });
  return [
    ...lines.filter(([, text]) => text !== '').map(([name, text]) => `${name.padEnd(8)}${text}`),
    ...fieldsOf(edit).flatMap((field) => ['', ...fieldText(edit, field)]),
    ...(operation === 'delete' ? contestedBy(edit) : []).flatMap(({ name, was, now }) => [
      ...['', `${name} (in conflict)`, `  base   ${shown(was)}`, `  Pylon  ${shown(now)}`],
    ]),
    ...(next.length === 0 ? [] : ['', 'what can be done', ...next]),
  ].join('\n');
}
