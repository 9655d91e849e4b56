import type { Plan } from './loads.ts';
import { copyFromMemory, copyFromPages } from './methods/copy.ts';
import { drizzleUpsert } from './methods/drizzle.ts';
import { product } from './methods/product.ts';
import { rowByRow } from './methods/rows.ts';

export const ONE_WRITER = product(1);
export const TWO_WRITERS = product(2);

const OURS: readonly Plan[] = [ONE_WRITER, TWO_WRITERS].map((method) => ({
  method,
  loads: ['first', 'unchanged', 'changed'],
}));
const COPY: readonly Plan[] = [copyFromPages, copyFromMemory].map((method) => ({ method, loads: ['first'] }));

/** On a small workspace, every method. */
export const ALL: readonly Plan[] = [
  ...OURS,
  ...COPY,
  { method: drizzleUpsert, loads: ['first', 'unchanged'] },
  { method: rowByRow, loads: ['first'] },
];

/** On a large one, those that take seconds. */
export const LASTING: readonly Plan[] = [...OURS, ...COPY];
