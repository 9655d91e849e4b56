import { isReject, type MappedRow, rowMapper } from '../src/db/row/row.ts';
import { formatInstant } from '../src/instant.ts';
import { createPylon } from '../src/pylon/client.ts';
import { documentedLimits } from '../src/pylon/limits/limits.ts';
import { pageSize } from '../src/pylon/pages/page-size.ts';
import { pages } from '../src/pylon/pages/pages.ts';
import type { Page, Pylon } from '../src/pylon/types.ts';
import { issues } from '../src/resources/issues.ts';
import { NOW, type SandboxProcess } from './sandbox.ts';

/** One answer, parsed, and the rows it makes. */
export interface MappedPage {
  readonly objects: readonly unknown[];
  readonly rows: readonly MappedRow[];
}

const WINDOW_MS = 30 * 86_400_000;
/** How far back the sandbox's history goes, and a little more. */
const WINDOWS = 15;

export function clientOf({ url, token }: Pick<SandboxProcess, 'url' | 'token'>): Pylon {
  let order = 0n;
  return createPylon({
    url,
    token,
    limits: documentedLimits('current', 1),
    share: 1,
    nextOrder: () => order++,
  });
}

async function* answers(pylon: Pylon): AsyncGenerator<Page> {
  const size = pageSize({ max: 2000 });
  for (let back = 0; back < WINDOWS; back += 1) {
    const end = NOW + 1000 - back * WINDOW_MS;
    const bounds = { start_time: formatInstant(end - WINDOW_MS), end_time: formatInstant(end) };
    yield* pages(pylon, { method: 'GET', route: '/issues', arguments: bounds }, { size });
  }
}

async function* mapped(pylon: Pylon): AsyncGenerator<MappedPage> {
  const toRow = rowMapper(issues);
  for await (const { objects } of answers(pylon)) {
    const rows = objects.map((object) => toRow(object)).filter((row): row is MappedRow => !isReject(row));
    yield { objects, rows };
  }
}

/** Every issue, read with the client that the product has, each page fetched, parsed and mapped ahead. */
export async function* mappedPages(pylon: Pylon): AsyncGenerator<MappedPage> {
  const all = mapped(pylon);
  for (let pending = all.next(); ; ) {
    const { done, value } = await pending;
    if (done) return;
    pending = all.next();
    // Nobody awaits it yet.
    pending.catch(() => {});
    yield value;
  }
}
