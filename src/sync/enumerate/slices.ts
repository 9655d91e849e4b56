import { backoffMs } from '../../backoff.ts';
import type { Span } from '../../db/deletions/scans.ts';
import { distinctValues, liveIds } from '../../db/mirror/rows.ts';
import { PermanentError } from '../../errors.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Pull } from '../../resources/define.ts';
import { isObject } from '../../resources/fields.ts';
import { resourceNamed } from '../../resources/index.ts';
import { sleep } from '../../sleep.ts';
import { eachBatch } from '../pass/batches.ts';
import type { Pass } from '../pass/pass.ts';
import { LOOKS } from './each.ts';

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
 * objects are asked for by the records they are about, once these have all been read; objects about none of these may
 * be missing all the same, so that is remarked. Returns the span of the answers that were whole: rows with a value
 * whose answer was cut off are no part of it. An interrupted reading begins again.
 *
 * @throws PermanentError when Pylon ignores what was asked for.
 */
export async function enumerateSlices(pass: Pass, pull: BySlices): Promise<Span> {
  const { path, limit, column } = pull;
  if (await readSlice(pass, pull, {})) return { except: [] };
  const read = new Set<string>();
  const unread = async () => {
    const known = await distinctValues(pass.ctx.db.orm, pass.resource.table, column);
    return [...new Set([...pull.values, ...known])].filter((value) => !read.has(value));
  };
  const notWhole: string[] = [];
  /** Values whose objects are still to be asked for by the records they are about. */
  const cutOff: string[] = [];
  for (;;) {
    const values = await unread();
    if (values.length === 0 && cutOff.length === 0) break;
    for (const value of values) {
      read.add(value);
      const answer = await readValue(pass, pull, value);
      if (answer !== 'whole') notWhole.push(value);
      if (answer === 'cut off') cutOff.push(value);
    }
    if (cutOff.length > 0) await untilParentsAreRead(pass);
    // They may bring values that no row had.
    for (const value of cutOff.splice(0)) await readWithin(pass, pull, value);
  }
  if (notWhole.length > 0)
    pass.remark(
      `POST ${path} answers with ${limit} objects at most: there may be more of ${column} ${notWhole.join(', ')}, and their deletions are not found by listing`,
    );
  return { except: notWhole.map((value) => ({ [column]: value })) };
}

/** Whether a listing was whole without being asked for by other records: then it lacks nothing for want of these. */
export const isWholeByItself = (span: Span | undefined): boolean => span?.except.length === 0;

/** Waits until the records that slices are asked for by have been read. */
async function untilParentsAreRead(pass: Pass): Promise<void> {
  for (let looks = 1; !pass.parentsDone(); looks += 1) {
    await (pass.untilParents ?? sleep)(backoffMs(LOOKS, looks), pass.signal);
    pass.signal.throwIfAborted();
  }
}

/** Reads the objects of one value. One that Pylon does not know, such as a local edit's, is refused. */
async function readValue(
  pass: Pass,
  pull: BySlices,
  value: string,
): Promise<'whole' | 'cut off' | 'refused'> {
  try {
    return (await readSlice(pass, pull, { value })) ? 'whole' : 'cut off';
  } catch (error) {
    if (!(error instanceof PylonError) || error.status !== 400) throw error;
    pass.ctx.log.warn({ resource: pass.resource.name, reason: error.message }, 'part of a listing refused');
    return 'refused';
  }
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
  await eachBatch(pass, listing, { inspect }, async ({ page, batch }) => {
    isWhole = page.next === null && batch.mapped.length < limit;
    await pass.keep(batch);
    pass.step('stored a page');
  });
  return isWhole;
}

/** Whether an object may be in a slice, as far as it says. */
function belongs({ column, within }: BySlices, { value, within: ids }: Slice, object: unknown): boolean {
  if (!isObject(object)) return true;
  if (value !== undefined && typeof object[column] === 'string' && object[column] !== value) return false;
  const about = object[within.ids];
  return ids === undefined || !Array.isArray(about) || about.some((id) => ids.includes(id));
}
