import { z } from 'zod';
import { closest } from '../../closest.ts';
import { reasonOf, UsageError } from '../../errors.ts';
import { canonical, ENDPOINTS, TIERS, type Tier } from './endpoints.ts';

/** How many requests Pylon accepts for each endpoint in an interval. */
export interface Limits {
  readonly intervalMs: number;
  /**
   * The limit of an endpoint, e.g. `GET /issues/{id}`; an endpoint that Pylon does not document has the lowest limit.
   */
  of(endpoint: string): number;
}

const MINUTE_MS = 60_000;

function tiered(
  tiers: Readonly<Record<Tier, number>>,
  named: ReadonlyMap<string, number>,
  intervalMs: number,
): Limits {
  return {
    intervalMs,
    of: (endpoint) => {
      const name = canonical(endpoint);
      return named.get(name) ?? tiers[ENDPOINTS.get(name) ?? 'low'];
    },
  };
}

/** Pylon's documented limits: those of now, or those until about August 2026. */
export function documentedLimits(era: 'current' | 'legacy', intervalMs = MINUTE_MS): Limits {
  return tiered(TIERS[era], new Map(), intervalMs);
}

const FILE = z.strictObject({
  interval_ms: z.number().positive().max(86_400_000).default(MINUTE_MS),
  limits: z.record(z.string(), z.number().int().positive()).default({}),
});

/** The value at a path of the file, as JSON. */
const givenAt = (json: unknown, path: readonly PropertyKey[]): string =>
  JSON.stringify(
    path.reduce<unknown>((value, key) => (value as Readonly<Record<PropertyKey, unknown>>)?.[key], json),
  );

const TAKES =
  'current, legacy, or the path of a file like {"interval_ms": 60000, "limits": {"GET /issues": 30}}';

/**
 * Limits from the configuration: `current`, `legacy`, or the path of a JSON file. Endpoints the file does not name
 * keep the current limit of their tier.
 *
 * @throws UsageError naming the value given and what is accepted.
 */
export function parseLimits(value: string, readFile: (path: string) => string): Limits {
  if (value === 'current' || value === 'legacy') return documentedLimits(value);
  const fail = (reason: string, cause?: unknown) =>
    new UsageError(`${value}: ${reason}; it takes ${TAKES}`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(readFile(value));
  } catch (error) {
    throw fail(`cannot be read as JSON (${reasonOf(error)})`, error);
  }
  const file = FILE.safeParse(json);
  if (!file.success) {
    const given = file.error.issues
      .filter(({ path }) => path.length > 0)
      .map(({ path }) => givenAt(json, path));
    const what = given.length === 0 ? '' : ` (given ${given.join(', ')})`;
    throw fail(`${z.prettifyError(file.error).replace(/\s*\n\s*/g, ' ')}${what}`);
  }
  const named = new Map<string, number>();
  for (const [endpoint, limit] of Object.entries(file.data.limits)) {
    const name = canonical(endpoint);
    if (!ENDPOINTS.has(name))
      throw fail(`no endpoint "${endpoint}", did you mean "${closest(name, [...ENDPOINTS.keys()])}"?`);
    named.set(name, limit);
  }
  return tiered(TIERS.current, named, file.data.interval_ms);
}
