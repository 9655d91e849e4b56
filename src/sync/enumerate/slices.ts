import type { Span } from '../../db/deletions/scans.ts';
import { distinctValues, liveIds } from '../../db/mirror/rows.ts';
import { PermanentError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pull } from '../../resources/define.ts';
import { isObject } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import { batches } from '../pass/batches.ts';
import type { Pass } from '../pass/pass.ts';

type BySlices = Pull & { by: 'slices' };

/** Records of `within` that one request names, at first. */
const GROUP = 500;

/** What a request for a slice asks for; nothing: everything. */
interface Slice {
  readonly value?: string;
  readonly within?: readonly string[];
}

/**
 * Reads a resource whose search has no cursor. Where its answer is as long as its limit, it may be cut off: then each
 * value of the column is asked for, those that rows have had included. Where such an answer is cut off too, its
 * objects are asked for by the records they are about; objects about none of these may be missing all the same, so
 * that is remarked. Returns the span of the answers that were whole: rows with a value whose answer was cut off are no
 * part of it. An interrupted reading begins again.
 *
 * @throws PermanentError when Pylon ignores what was asked for.
 */
export async function enumerateSlices(pass: Pass, pull: BySlices): Promise<Span> {
  const { path, limit, column } = pull;
  if (await readSlice(pass, pull, {})) return { except: [] };
  const cut: string[] = [];
  const read = new Set<string>();
  for (;;) {
    const known = await distinctValues(pass.ctx.db.orm, pass.resource.table, column);
    const left = [...pull.values, ...known].filter((value) => !read.has(value));
    if (left.length === 0) break;
    for (const value of new Set(left)) {
      read.add(value);
      if ((await readValue(pass, pull, value)) === 'whole') continue;
      cut.push(value);
    }
  }
  if (cut.length > 0)
    pass.remark(
      `POST ${path} answers with ${limit} objects at most: there may be more of ${column} ${cut.join(', ')}, and their deletions are not found by listing`,
    );
  return { except: cut.map((value) => ({ [column]: value })) };
}

/** Reads the objects of one value. One that Pylon does not know, such as a local edit's, was not read. */
async function readValue(pass: Pass, pull: BySlices, value: string): Promise<'whole' | 'not whole'> {
  try {
    if (await readSlice(pass, pull, { value })) return 'whole';
  } catch (error) {
    if (!(error instanceof PylonError) || error.status !== 400) throw error;
    pass.ctx.log.warn({ resource: pass.resource.name, reason: error.message }, 'part of a listing refused');
    return 'not whole';
  }
  await readWithin(pass, pull, value);
  return 'not whole';
}

/** Asks for the objects of one value by the records that they are about, in groups that are halved while they are cut off. */
async function readWithin(pass: Pass, pull: BySlices, value: string): Promise<void> {
  const { within } = pull;
  const { table } = resourceNamed(within.resource);
  for (let after = ''; ; ) {
    const ids = await liveIds(pass.ctx.db.orm, table, GROUP, after);
    const last = ids.at(-1);
    if (last === undefined) return;
    await readGroup(ids);
    after = last;
  }

  async function readGroup(ids: readonly string[]): Promise<void> {
    if ((await readSlice(pass, pull, { value, within: ids })) || ids.length === 1) return;
    const half = ids.length >> 1;
    await readGroup(ids.slice(0, half));
    await readGroup(ids.slice(half));
  }
}

/** Reads one slice. Returns whether its answer was whole. */
async function readSlice(pass: Pass, pull: BySlices, slice: Slice): Promise<boolean> {
  const { path, limit, field, within } = pull;
  const asked = {
    ...(slice.value === undefined ? {} : { [field]: [slice.value] }),
    ...(slice.within === undefined ? {} : { [within.field]: slice.within }),
  };
  const inspect = (objects: readonly unknown[]) => {
    for (const object of objects)
      if (!belongs(pull, slice, object))
        throw new PermanentError(
          `POST ${path}: ${Object.keys(asked).join(' and ')} were ignored: an object came back that they leave out`,
        );
  };
  const listing = { method: 'POST', route: path, arguments: asked, limit } as const;
  let isWhole = true;
  for await (const { page, batch } of batches(pass, listing, { inspect })) {
    isWhole = page.next === null && batch.mapped.length < limit;
    await pass.keep(batch);
    pass.step('stored a page');
  }
  return isWhole;
}

/** Whether an object may be in a slice, as far as it says. */
function belongs({ column, within }: BySlices, { value, within: ids }: Slice, object: unknown): boolean {
  if (!isObject(object)) return true;
  if (value !== undefined && typeof object[column] === 'string' && object[column] !== value) return false;
  const about = object[within.ids];
  return ids === undefined || !Array.isArray(about) || about.some((id) => ids.includes(id));
}
