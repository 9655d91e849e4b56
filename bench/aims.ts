import type { Figure, Load } from './loads.ts';

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

export const atLeast = (what: string, measured: number, least: number): Aim => ({
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
