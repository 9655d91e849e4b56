import { isCopied } from '../../db/edits/identity.ts';
import { type Meaning, readMeanings } from '../../db/edits/meanings.ts';
import { type Claim, dueEdits, type Edit } from '../../db/edits/queue.ts';
import { readDeletion } from '../../db/mirror/deleting.ts';
import { readRow } from '../../db/mirror/rows.ts';
import { actionNamed, allowedWork, makingOf, requestOf, saidIn } from '../../edits/actions.ts';
import { bodyOf, factsOf, kindsOf, paramsOf } from '../../edits/body.ts';
import { creationBody, wantedOf } from '../../edits/create.ts';
import { planUpdate } from '../../edits/plan.ts';
import { reasonOf } from '../../errors.ts';
import { resourceNamed } from '../../resources/index.ts';
import { withPlaceholders } from '../../route.ts';
import { compared } from '../edits/delete.ts';
import { sendableOf } from '../edits/dependencies.ts';
import { isRefusal, isRefused, lookUp, NoRecordError, readRemote } from '../edits/remote.ts';
import { groupsOf } from '../edits/send.ts';
import type { Context } from '../pass/context.ts';
import type { PushOptions } from './push.ts';

/** The request that a push would send for edits of one record. */
export interface Preview {
  readonly resource: string;
  readonly record: string;
  readonly edits: readonly number[];
  /** Undefined if nothing would be sent. */
  readonly request?: { readonly method: string; readonly path: string; readonly body: unknown };
  /** What the slugs and ids in it stand for. */
  readonly meanings?: readonly Meaning[];
  /** What else would happen to the edits: a conflict, a failure, or why nothing would be sent. */
  readonly note?: string;
}

/**
 * Returns what a push would send now, after comparing the due edits with Pylon. Changes nothing, here or in Pylon.
 */
export async function previewEdits(
  ctx: Context,
  { allow, policy }: Pick<PushOptions, 'allow' | 'policy'>,
): Promise<readonly Preview[]> {
  const due = await dueEdits(ctx.db.orm, allowedWork(allow));
  if (await isCopied(ctx.db))
    return due.map(({ resource, record, edits }) => ({
      ...{ resource, record, edits: edits.map(({ id }) => id) },
      note: 'would become a draft, as this database was copied or restored',
    }));
  const previews: Preview[] = [];
  for (const claim of due) {
    const { resource, record } = claim;
    const { ready, waiting, whyWaiting, failed } = await sendableOf(ctx.db.orm, record, claim.edits);
    for (const edits of requestsOf(ready))
      previews.push(await withMeanings(ctx, edits, await previewOrWhy(ctx, { ...claim, edits }, policy)));
    for (const { edit, why } of failed)
      previews.push({ resource, record, edits: [edit.id], note: `would fail: ${why}` });
    if (waiting.length > 0)
      previews.push({ resource, record, edits: waiting.map(({ id }) => id), note: whyWaiting });
  }
  return previews;
}

/** Groups the edits of one record by request. A create or a DELETE includes the record's updates. */
const requestsOf = (edits: readonly Edit[]): readonly (readonly Edit[])[] =>
  edits.some(({ operation }) => operation === 'create' || operation === 'delete') ? [edits] : groupsOf(edits);

/** The preview with what is in its request, so that a person sees how the labels and names of a statement were read. */
async function withMeanings(ctx: Context, edits: readonly Edit[], preview: Preview): Promise<Preview> {
  if (preview.request === undefined) return preview;
  const changes = edits.filter(({ operation }) => operation !== 'action').map((edit) => edit.changes);
  const meanings = await readMeanings(ctx.db.orm, resourceNamed(preview.resource), changes);
  return meanings.length === 0 ? preview : { ...preview, meanings };
}

/** The preview of edits from which no request can be built says so, and does not stop the others. */
async function previewOrWhy(ctx: Context, claim: Claim, policy: PushOptions['policy']): Promise<Preview> {
  try {
    return await previewOf(ctx, claim, policy);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { resource, record, edits } = claim;
    return { resource, record, edits: edits.map(({ id }) => id), note: `would fail: ${error.message}` };
  }
}

async function previewOf(ctx: Context, claim: Claim, policy: PushOptions['policy']): Promise<Preview> {
  const { record, edits } = claim;
  const resource = resourceNamed(claim.resource);
  const common = { resource: claim.resource, record, edits: edits.map(({ id }) => id) };
  const [first] = edits;
  const making = first === undefined ? undefined : makingOf(first);
  if (first !== undefined && (making !== undefined || first.operation === 'action')) {
    const action = making ?? actionNamed(first.changes.action);
    const request = requestOf(action, record, first.changes);
    const query = new URLSearchParams(
      Object.entries(request.query ?? {}).flatMap(([name, list]) =>
        list.map((one): [string, string] => [name, one]),
      ),
    ).toString();
    const path = `${pathOf(action.route, request.params)}${query === '' ? '' : `?${query}`}`;
    return { ...common, request: { method: action.method, path, body: saidIn(request) } };
  }
  if (first?.operation === 'create') {
    const { create } = resource.writes ?? {};
    const updates = edits.filter(({ operation }) => operation === 'update');
    const wanted = wantedOf(resource, first, updates);
    const path = pathOf(create?.path ?? '', paramsOf(create?.path ?? '', record, wanted));
    return { ...common, request: { method: 'POST', path, body: creationBody(resource, wanted) } };
  }
  const deletion = edits.find(({ operation }) => operation === 'delete');
  if (deletion !== undefined) return { ...common, ...(await deletionOf(ctx, claim, deletion, policy)) };
  const row = (await readRow(ctx.db.orm, resource.table, record)) ?? {};
  const facts = factsOf(resource, row);
  try {
    const { row: remote } = await readRemote({ ctx, pylon: ctx.pylon }, { resource, record, facts });
    const {
      writes,
      outcomes,
      row: after,
    } = planUpdate(edits, remote, kindsOf(resource), (field) => policy(resource.name, field));
    const contested = [...new Set(outcomes.flatMap(({ conflicting, lost }) => [...conflicting, ...lost]))];
    const note = contested.length > 0 ? `changed in Pylon too: ${contested.join(', ')}` : undefined;
    if (writes.length === 0) return { ...common, note: note ?? 'Pylon holds this already' };
    const path = pathOf(resource.writes?.update ?? '', { ...facts, id: record });
    const request = { method: 'PATCH', path, body: bodyOf(resource, writes, after) };
    return { ...common, request, ...(note === undefined ? {} : { note }) };
  } catch (error) {
    if (error instanceof NoRecordError) return { ...common, note: error.message };
    if (!isRefusal(error)) throw error;
    return { ...common, note: `would fail: ${reasonOf(error)}` };
  }
}

/** Previews a DELETE, compared with Pylon as `carryDelete` does. */
async function deletionOf(
  ctx: Context,
  { resource: name, record, edits }: Claim,
  { id, base, attempts }: Edit,
  policy: PushOptions['policy'],
): Promise<Pick<Preview, 'request' | 'note'>> {
  const resource = resourceNamed(name);
  const { get = '', writes } = resource;
  const facts = factsOf(resource, base);
  const params = { ...facts, id: record };
  const request = { method: 'DELETE', path: pathOf(writes?.remove ?? '', params), body: undefined };
  const deletion = await readDeletion(ctx.db.orm, resource, id);
  if (deletion === undefined) return { note: 'it is no more' };
  const carried = { ctx, policy, pylon: ctx.pylon };
  const target = { resource, record, facts };
  const found = get === '' ? undefined : await lookUp(carried, target);
  if (isRefused(found)) return { note: `would fail: ${reasonOf(found)}` };
  if (found !== undefined && 'status' in found)
    return attempts > 1 ? { note: 'Pylon does not have it any more' } : { request };
  const earlier = edits.filter(({ operation }) => operation === 'update');
  const { verdict, contested } = compared(carried, target, deletion, earlier, found?.row);
  const note = contested.length === 0 ? {} : { note: `changed in Pylon too: ${contested.join(', ')}` };
  return verdict === 'send' ? { request, ...note } : note;
}

const pathOf = (route: string, params: Readonly<Record<string, string>>): string =>
  withPlaceholders(route, (name) => encodeURIComponent(params[name] ?? ''));
