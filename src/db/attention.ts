import { count, plural } from '../figures.ts';
import type { ResourceStatus, Status } from './status.ts';

/** Something that waits for a person. */
export interface Attention {
  readonly kind: 'token' | 'failing' | 'stopped' | 'edits' | 'drift';
  /** What it is, in a sentence. */
  readonly what: string;
  /** The command that a person may decide to give; null where there is none. */
  readonly command: string | null;
}

/** What a refused token looks like in the error of a run: `GET /me: 401 …`. */
const REFUSED = /^\S+ \S+: 401\b/;

/** What needs a person, the gravest first. */
export function attentionOf({ resources, stopped_scans, edits }: Status): readonly Attention[] {
  const failing = resources.filter(({ failing }) => failing !== null);
  const refused = failing.filter((one) => REFUSED.test(errorOf(one)));
  const first = refused[0];
  return [
    ...(first === undefined
      ? []
      : [noting('token', `Pylon refuses the token, so nothing is read: ${errorOf(first)}`)]),
    ...failing
      .filter((one) => !refused.includes(one))
      .map((one) => noting('failing', `${one.resource} fails: ${errorOf(one)}`)),
    ...stopped_scans.map(({ id, resource, candidates, live }) =>
      noting(
        'stopped',
        `${resource}: a scan missed ${count(candidates)} of ${plural(live, 'row')}, so nothing was deleted. If they are gone from Pylon:`,
        `pylon-sync reconcile --approve ${id}`,
      ),
    ),
    ...editsOf(edits),
    ...resources.flatMap(driftOf),
  ];
}

/** Edits that nothing happens to before somebody has decided. */
function editsOf({ by_state }: Status['edits']): readonly Attention[] {
  const of = (state: keyof typeof by_state, sentence: (edits: string, are: string) => string) => {
    const edits = by_state[state];
    if (edits === 0) return [];
    const what = sentence(plural(edits, 'edit'), edits === 1 ? 'is' : 'are');
    return [noting('edits', what, `pylon-sync edits list --state ${state}`)];
  };
  return [
    ...of('conflict', (edits, are) => `${edits} ${are} in conflict: the same was changed here and in Pylon`),
    ...of('failed', (edits, are) => `${edits} ${are} refused by Pylon, which says why`),
    ...of('draft', (edits, are) => `${edits} ${are} kept back until somebody approves`),
  ];
}

function noting(kind: Attention['kind'], what: string, command: string | null = null): Attention {
  return { kind, what, command };
}

function errorOf({ failing }: ResourceStatus): string {
  return failing?.error || `its last run of kind ${failing?.kind} failed without a word`;
}

function driftOf({ resource, drift }: ResourceStatus): readonly Attention[] {
  const { reconcile, audit } = drift;
  const mended = `mended ${plural(reconcile ?? 0, 'row')} that earlier passes should have`;
  const found = `${count(audit.drifted)} of ${plural(audit.sampled, 'row')} that earlier passes should have mended`;
  return [
    ...(reconcile === null || reconcile === 0
      ? []
      : [noting('drift', `${resource}: the last reconciliation ${mended}`)]),
    ...(audit.drifted === 0 ? [] : [noting('drift', `${resource}: the audit of 7 days found ${found}`)]),
  ];
}
