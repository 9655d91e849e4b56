import type { Span } from '../../db/deletions/scans.ts';
import { writing } from '../../db/lease/transaction.ts';
import { noteKnownType, noteUnknownType } from '../../db/progress/types.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pull } from '../../resources/define.ts';
import { eachBatch } from '../pass/batches.ts';
import type { Pass, PassPosition } from '../pass/pass.ts';

export type ByTypes = Pull & { by: 'types' };

/** How far a pass has read the types. */
interface TypesPosition extends PassPosition {
  /** The type being read, and the cursor of its next page. */
  readonly type?: string;
  readonly cursor?: string;
}

/**
 * Lists the objects of each type that is followed, page by page; resumes after the last page stored. A type that Pylon
 * does not know is noted, and stops no other. Returns the span of the types that were read.
 */
export async function enumerateTypes(pass: Pass, pull: ByTypes): Promise<Span> {
  const { types = [], type: open, cursor }: TypesPosition = pass.position;
  let read = types;
  for (const type of pass.ctx.types) {
    if (read.includes(type)) continue;
    const isKnown = await unlessUnknown(pass, type, async () => {
      await readType(pass, pull, { type, read, cursor: type === open ? cursor : undefined });
    });
    if (isKnown) read = [...read, type];
  }
  return { except: [], among: read.map((type) => ({ [pull.column]: type })) };
}

async function readType(
  pass: Pass,
  { path, limit, column }: ByTypes,
  at: { readonly type: string; readonly read: readonly string[]; readonly cursor: string | undefined },
): Promise<void> {
  const { type, read, cursor } = at;
  const facts = { [column]: type };
  const listing = { method: 'GET', route: path, params: facts, limit, cursor } as const;
  await eachBatch(pass, listing, { facts }, async ({ page, batch }) => {
    const { next } = page;
    const moved = next === null ? { types: [...read, type] } : { types: read, type, cursor: next };
    await pass.keep(batch, async (tx) => {
      await noteKnownType(tx, pass.resource.name, type, pass.position.pass);
      await pass.save(tx, moved);
    });
    pass.step('stored a page');
  });
}

/**
 * Runs the requests for a type. Returns false if Pylon does not know it; that is noted for `status`, and remarked.
 *
 * @throws any other error.
 */
export async function unlessUnknown(pass: Pass, type: string, run: () => Promise<void>): Promise<boolean> {
  const { db, lease } = pass.ctx;
  try {
    await run();
    return true;
  } catch (error) {
    if (!(error instanceof PylonError) || error.status !== 404) throw error;
    await writing(db, lease, (tx) => noteUnknownType(tx, pass.resource.name, type));
    pass.remark(`Pylon knows no type "${type}" of custom objects`);
    return false;
  }
}
