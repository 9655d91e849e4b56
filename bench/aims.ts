import type { Figure, Load } from './loads.ts';
import { copyFromMemory, copyFromPages } from './methods/copy.ts';
import { drizzleUpsert } from './methods/drizzle.ts';
import { rowByRow } from './methods/rows.ts';
import { ONE_WRITER, TWO_WRITERS } from './plans.ts';
import type { Results } from './results.ts';

/** Something to reach, and what was. */
export interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** Peak memory of one process, at most. */
export const MEMORY_BYTES = 200e6;

export const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

const atLeast = (what: string, measured: number, least: number): Aim => ({
  what,
  aim: `≥ ${least} ×`,
  measured: `${measured.toFixed(2)} ×`,
  reached: measured >= least,
});

export const atMost = (
  what: string,
  measured: number,
  most: number,
  show: (value: number) => string,
): Aim => ({
  what,
  aim: `≤ ${show(most)}`,
  measured: show(measured),
  reached: measured <= most,
});

/** The figure of a method's load; every size measures those that the aims speak of, or none. */
export function find(
  figures: readonly Figure[],
  method: { readonly name: string },
  load: Load,
): Figure | undefined {
  return figures.find((figure) => figure.method === method.name && figure.load === load);
}

export const rate = ({ rows, seconds }: Figure): number => rows / seconds;

/** How many times as fast one load is as another; nothing where either was not measured. */
export const faster = (one: Figure | undefined, other: Figure | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : rate(one) / rate(other);

/** Every aim, with what this run says to it. */
export function aimsOf({ sizes, requests }: Results): readonly Aim[] {
  const aims: Aim[] = [];
  const ratio = (what: string, measured: number | undefined, least: number) => {
    if (measured !== undefined) aims.push(atLeast(what, measured, least));
  };
  for (const { issues, figures, peakBytes } of sizes) {
    const at = `, ${issues.toLocaleString('en')} issues`;
    const first = (method: { readonly name: string }) => find(figures, method, 'first');
    const unchanged = find(figures, TWO_WRITERS, 'unchanged');
    ratio(
      `first load, one writer, against COPY of the same pages${at}`,
      faster(first(ONE_WRITER), first(copyFromPages)),
      0.9,
    );
    ratio(
      `first load, two writers, against COPY of the same pages${at}`,
      faster(first(TWO_WRITERS), first(copyFromPages)),
      1.2,
    );
    ratio(
      `first load, one writer, against COPY from memory${at}`,
      faster(first(ONE_WRITER), first(copyFromMemory)),
      0.9,
    );
    ratio(
      `first load, two writers, against COPY from memory${at}`,
      faster(first(TWO_WRITERS), first(copyFromMemory)),
      1.2,
    );
    ratio(
      `first load, one writer, against one row a statement${at}`,
      faster(first(ONE_WRITER), first(rowByRow)),
      5,
    );
    ratio(
      `unchanged load, two writers, against Drizzle's upsert${at}`,
      faster(unchanged, find(figures, drizzleUpsert, 'unchanged')),
      6,
    );
    const whole = first(TWO_WRITERS);
    if (unchanged !== undefined && whole !== undefined) {
      const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
      aims.push(
        atMost(
          `log of an unchanged load against the first${at}`,
          unchanged.walBytes / whole.walBytes,
          0.01,
          percent,
        ),
      );
      aims.push(atMost(`dead rows of an unchanged load${at}`, unchanged.deadRows, 0, String));
    }
    aims.push(atMost(`peak memory of \`pylon-sync backfill\`${at}`, peakBytes, MEMORY_BYTES, megabytes));
  }
  const times = (value: number) => `${value.toFixed(3)} ×`;
  aims.push(
    atMost('requests used against the fewest possible', requests.used / requests.fewest, 1.05, times),
    atMost(
      'time against that of the slowest endpoint’s limit',
      requests.seconds / requests.leastSeconds,
      1.05,
      times,
    ),
    atMost('requests refused for our own pace', requests.own429s, 0, String),
  );
  return aims;
}
