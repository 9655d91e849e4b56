import { type Cost, measure } from './measure.ts';
import type { Method } from './methods/method.ts';
import type { BenchServer } from './postgres.ts';
import type { SandboxProcess } from './sandbox.ts';

/** `first`: into an empty table; `unchanged`: the same again, links signed anew; `changed`: 1 % have another title. */
export type Load = 'first' | 'unchanged' | 'changed';

/** Share of the issues that have another title before a `changed` load. */
export const CHANGED = 0.01;

export interface Figure extends Cost {
  readonly method: string;
  readonly load: Load;
}

/** What to measure: a method, and the loads that follow each other in one database. */
export interface Plan {
  readonly method: Method;
  readonly loads: readonly Load[];
}

async function measureOne(
  server: BenchServer,
  sandbox: SandboxProcess,
  { method, loads }: Plan,
): Promise<Figure[]> {
  const load = await method.prepare(sandbox);
  const database = await server.createDatabase();
  const marked = new URL(database.url);
  // Every method writes as the daemon does: none has its rows taken for people's edits.
  marked.searchParams.set('options', '-c pylon_sync.daemon=on');
  try {
    const figures: Figure[] = [];
    for (const name of loads) {
      if (name !== 'first') await sandbox.retitle(name === 'changed' ? CHANGED : 0);
      const cost = await measure(database.url, () => load(marked.href));
      figures.push({ method: method.name, load: name, ...cost });
    }
    return figures;
  } finally {
    await database.drop();
  }
}

/**
 * Measures every plan so many times, in turn, so that all share what the machine does meanwhile. The first
 * one's first load is done once before, unmeasured: what the methods share has been compiled by then.
 */
export async function measureAll(
  server: BenchServer,
  sandbox: SandboxProcess,
  plans: readonly Plan[],
  rounds: number,
  tell: (figure: Figure) => void,
): Promise<readonly Figure[]> {
  const all: Figure[] = [];
  for (const { method } of plans.slice(0, 1)) await measureOne(server, sandbox, { method, loads: ['first'] });
  for (let round = 0; round < rounds; round += 1) {
    for (const plan of plans) {
      for (const figure of await measureOne(server, sandbox, plan)) {
        tell(figure);
        all.push(figure);
      }
    }
  }
  return plans.flatMap(({ method, loads }) =>
    loads.map((load) => median(all.filter((one) => one.method === method.name && one.load === load))),
  );
}

/** The figure of middle duration, whole: what belongs together stays together. */
function median(figures: readonly Figure[]): Figure {
  const sorted = [...figures].sort((a, b) => a.seconds - b.seconds);
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new RangeError('nothing was measured');
  return middle;
}
