import { remoteRow } from '../../db/row/remote-row.ts';
import { isReject } from '../../db/row/row.ts';
import type { Values } from '../../edits/merge.ts';
import { reasonOf } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import { pages } from '../../pylon/pages/pages.ts';
import type { Listing, Pylon } from '../../pylon/types.ts';
import type { Pull, Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';

/** Whether a token may read a resource. */
export type Access =
  | { readonly is: 'readable'; readonly unknownTypes?: readonly string[] }
  | { readonly is: 'refused'; readonly reason: string }
  /** It was not asked, or the answer does not tell. */
  | { readonly is: 'unknown'; readonly reason: string };

interface Probe {
  readonly access: Access;
  /** The values of objects that the answer has. */
  readonly rows: readonly Values[];
}

/** Objects of an answer: enough to find a parent among them. */
const FEW = 20;

const unknown = (reason: string): Probe => ({ access: { is: 'unknown', reason }, rows: [] });

/** Asks Pylon for a little of each resource, each endpoint once, and says which of them the token may read. */
export async function probeAccess(
  pylon: Pylon,
  resources: readonly Resource[],
  signal: AbortSignal,
  types: readonly string[] = [],
): Promise<ReadonlyMap<string, Access>> {
  const probes = new Map<string, Promise<Probe>>();
  const probe = (resource: Resource): Promise<Probe> => {
    const known = probes.get(resource.name) ?? probeOne(pylon, resource, probe, signal, types);
    probes.set(resource.name, known);
    return known;
  };
  const found = await Promise.all(
    resources.map(async (resource) => [resource.name, (await probe(resource)).access] as const),
  );
  return new Map(found);
}

async function probeOne(
  pylon: Pylon,
  resource: Resource,
  probe: (resource: Resource) => Promise<Probe>,
  signal: AbortSignal,
  types: readonly string[],
): Promise<Probe> {
  const { pull } = resource;
  try {
    if (pull.by === 'types') return await probeTypes(pylon, pull, types, signal);
    if (pull.by === 'object' || pull.by === 'reference') {
      const id = pull.by === 'object' ? undefined : await referredIn(pull, probe);
      if (pull.by === 'reference' && id === undefined)
        return unknown(`none of the ${pull.from.resource} at hand names one`);
      const params = id === undefined ? {} : { params: { id } };
      await pylon.request({ method: 'GET', route: pull.path, ...params, signal });
      return { access: { is: 'readable' }, rows: [] };
    }
    const listing = pull.by === 'parent' ? await childrenOf(pull, probe) : wholeOf(pull);
    if (listing === undefined) return unknown(`there is none of the ${parentIn(pull)} at hand to ask of`);
    const { value } = await pages(pylon, { ...listing, signal }).next();
    return { access: { is: 'readable' }, rows: rowsIn(resource, value?.objects ?? []) };
  } catch (error) {
    signal.throwIfAborted();
    const reason = reasonOf(error);
    // Of a parent's children, 404 may mean that the parent has gone meanwhile.
    const isRefused =
      error instanceof PylonError &&
      (error.status === 403 || (error.status === 404 && !['parent', 'reference'].includes(pull.by)));
    return isRefused ? { access: { is: 'refused', reason }, rows: [] } : unknown(reason);
  }
}

/** Asks for a little of each type. */
async function probeTypes(
  pylon: Pylon,
  { path, column }: Pull & { by: 'types' },
  types: readonly string[],
  signal: AbortSignal,
): Promise<Probe> {
  const unknownTypes: string[] = [];
  for (const type of types) {
    try {
      await pages(pylon, { method: 'GET', route: path, params: { [column]: type }, limit: 1, signal }).next();
    } catch (error) {
      if (!(error instanceof PylonError) || error.status !== 404) throw error;
      unknownTypes.push(type);
    }
  }
  return { access: { is: 'readable', unknownTypes }, rows: [] };
}

const parentIn = (pull: Pull): string => (pull.by === 'parent' ? pull.parent : '');

const rowsIn = (resource: Resource, objects: readonly unknown[]): readonly Values[] =>
  objects.slice(0, FEW).flatMap((object) => {
    const row = remoteRow(resource, object, {});
    return isReject(row) ? [] : [row.values];
  });

/** The id that one of the referring objects names. */
async function referredIn(
  { from }: Pull & { by: 'reference' },
  probe: (resource: Resource) => Promise<Probe>,
): Promise<string | undefined> {
  const { rows } = await probe(resourceNamed(from.resource));
  return rows.map((row) => row[from.column]).find((id) => typeof id === 'string' && id !== '') as
    | string
    | undefined;
}

/** The listing of the children of a parent at hand. */
async function childrenOf(
  { parent, path, limit, items, where, variants }: Pull & { by: 'parent' },
  probe: (resource: Resource) => Promise<Probe>,
): Promise<Listing | undefined> {
  const { rows } = await probe(resourceNamed(parent));
  for (const row of rows) {
    if (where !== undefined && row[where.column] !== where.is) continue;
    const query = variants === undefined ? {} : variants(row)[0];
    if (query === undefined) continue;
    const few = limit === undefined ? undefined : Math.min(limit, FEW);
    return {
      ...{ method: 'GET', route: path, params: { id: String(row.id) }, arguments: query },
      ...{ limit: few, items },
    };
  }
  return undefined;
}

function wholeOf(pull: Exclude<Pull, { by: 'parent' | 'object' | 'reference' | 'types' }>): Listing {
  switch (pull.by) {
    case 'list':
      return {
        ...{ method: 'GET', route: pull.path, arguments: pull.variants?.[0] ?? {} },
        limit: pull.limit === undefined ? undefined : FEW,
      };
    case 'window':
      return { method: 'POST', route: pull.search, limit: FEW };
    default:
      return { method: 'POST', route: pull.path, limit: FEW };
  }
}
