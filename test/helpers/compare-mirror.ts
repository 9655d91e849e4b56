import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { expect } from 'vitest';
import { clean } from '../../src/db/row/clean.ts';
import { isValidInstant } from '../../src/instant.ts';
import { resourceNamed, resources } from '../../src/resources/index.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import type { Served } from '../../src/sandbox/world.ts';

/**
 * Compares the mirror with what the sandbox serves without asking the product how it maps: every field
 * with a column of its name must stand there, and every value an object holds, at any depth, must stand
 * somewhere in its row.
 */

/** Fields whose signature differs on every read, or that tick; compared without what moves. */
const steady = (text: string) => text.replace(/(Expires|Signature|Key-Pair-Id)=[^&"\s]*/g, '$1=');

function plain(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = steady(value);
  return isValidInstant(text) ? new Date(text).toISOString() : text;
}

/** A value with times and signed URLs brought to one form, and without what is null: absent and null are one. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return plain(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, normal(inner)]));
}

/** Every scalar in a value, with times and signed URLs brought to one form. */
function scalars(value: unknown): unknown[] {
  if (value == null) return [];
  if (typeof value === 'object') return Object.values(value).flatMap(scalars);
  return [plain(value)];
}

/** References of which all but the id may be left out: copies of the referenced object's own fields. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  users: ['role'],
  issues: ['account'],
  contacts: ['account'],
  tasks: ['account'],
  projects: ['account'],
  milestones: ['account'],
};

/** What may be left out whole: the article has it. */
const COPIES: Readonly<Record<string, readonly string[]>> = {
  article_translations: ['collection_id', 'author_user_id', 'tags', 'visibility_config'],
};

function missing(resource: string, object: Record<string, unknown>, row: Record<string, unknown>): unknown[] {
  const held = new Map<unknown, true>(scalars(row).map((value) => [value, true]));
  return Object.entries(object)
    .filter(([field]) => !(COPIES[resource] ?? []).includes(field))
    .flatMap(([field, value]) =>
      scalars(REFERENCES[resource]?.includes(field) ? (value as { id?: unknown } | null)?.id : value)
        // The slug inside a custom field's value repeats the key it stands under.
        .filter((scalar) => !held.has(scalar) && !(field === 'custom_fields' && isSlug(value, scalar)))
        .map((scalar) => `${field}: ${JSON.stringify(scalar)}`),
    );
}

const isSlug = (fields: unknown, scalar: unknown) => Object.keys(fields as object).includes(String(scalar));

async function rowsOf(pool: pg.Pool, resource: string): Promise<Map<string, Record<string, unknown>>> {
  const { rows } = await pool.query(
    `SELECT to_jsonb(t) AS row FROM pylon.${resource} AS t WHERE _deleted_at IS NULL`,
  );
  return new Map(rows.map(({ row }) => [row.id, row]));
}

/** All that is mirrored. */
export const ALL = resources.map(({ name }) => name);

/** Resources whose objects have no id. */
const NAMELESS = ['issue_statuses', 'feature_request_evidence'];

/** The key of an object, as DESIGN's contract makes it where Pylon gives none. */
function keyOf(resource: string, object: Record<string, unknown>, path: Record<string, unknown>): string {
  if (resource === 'issue_statuses') return String(object.slug);
  if (resource === 'article_translations') return `${object.id}:${path.language}`;
  if (resource === 'issue_followers') return `${path.issue_id}:${object.type}:${object.id}`;
  if (resource === 'feature_request_evidence')
    return `${path.feature_request_id}:${object.source_type}:${object.source_id ?? object.external_url}`;
  return String(object.id);
}

/** The keys of all rows of a resource that Pylon has at this moment: at a fraction of the cost of their contents. */
export function keysIn(sandbox: Sandbox, resource: string): ReadonlySet<string> {
  const isNameless = NAMELESS.includes(resource);
  const keys = new Set<string>();
  for (const { object, path } of sandbox.world.all(resource))
    if (isNameless) keys.add(keyOf(resource, clean(object) as Record<string, unknown>, path));
    else if (typeof object.id === 'string') keys.add(keyOf(resource, object, path));
  return keys;
}

/** Everything of a resource that Pylon has at this moment, by the keys of its rows. */
export function servedIn(sandbox: Sandbox, resource: string): ReadonlyMap<string, Served> {
  const served = new Map<string, Served>();
  for (const one of sandbox.world.all(resource)) {
    if (typeof one.object.id !== 'string' && !NAMELESS.includes(resource)) continue;
    served.set(keyOf(resource, clean(one.object) as Record<string, unknown>, one.path), one);
  }
  return served;
}

/** Fields that move with the clock alone: where it does, they may be as old as the row. */
const TICKING = [
  'time_in_status_seconds',
  'business_hours_time_in_status_seconds',
  'active_time_seconds',
  'business_hours_active_time_seconds',
  'resolution_breach_time',
];

/** Something in which the mirror and the sandbox differ. */
export interface Difference {
  readonly resource: string;
  readonly key: string;
  readonly what: string;
}

interface Compared {
  /** The clock moves: what ticks with it may be as old as the row. */
  readonly ticking?: boolean;
}

/** Every object that is not in the mirror as the sandbox serves it, and every live row that Pylon does not have. */
export async function differences(
  pool: pg.Pool,
  sandbox: Sandbox,
  names: readonly string[] = ALL,
  compared: Compared = {},
): Promise<readonly Difference[]> {
  const found = await Promise.all(names.map((resource) => differencesOf(pool, sandbox, resource, compared)));
  return found.flat();
}

/** Compares one resource after the other, up to one that differs: its name. */
export async function firstDiffering(
  pool: pg.Pool,
  sandbox: Sandbox,
  names: readonly string[] = ALL,
  compared: Compared = {},
): Promise<string | undefined> {
  for (const resource of names)
    if ((await differencesOf(pool, sandbox, resource, compared)).length > 0) return resource;
  return undefined;
}

async function differencesOf(
  pool: pg.Pool,
  sandbox: Sandbox,
  resource: string,
  { ticking = false }: Compared,
): Promise<readonly Difference[]> {
  const rows = await rowsOf(pool, resource);
  const keys = new Set<string>();
  const differing: Difference[] = [];
  for (const served of sandbox.world.all(resource)) {
    const whole = clean(served.object) as Record<string, unknown>;
    const object = ticking
      ? Object.fromEntries(Object.entries(whole).filter(([field]) => !TICKING.includes(field)))
      : whole;
    if (typeof object.id !== 'string' && !NAMELESS.includes(resource)) continue;
    const key = keyOf(resource, object, served.path);
    keys.add(key);
    for (const what of unlike(resource, object, served.path, rows.get(key)))
      differing.push({ resource, key, what });
  }
  const left = [...rows.keys()].filter((key) => !keys.has(key));
  return [...differing, ...left.map((key) => ({ resource, key, what: 'Pylon does not have it' }))];
}

function unlike(
  resource: string,
  object: Record<string, unknown>,
  path: Record<string, unknown>,
  row: Record<string, unknown> | undefined,
): readonly string[] {
  if (row === undefined) return ['not in the mirror'];
  const { table } = resourceNamed(resource);
  const pairs: (readonly [field: string, held: unknown, served: unknown])[] = [
    ...Object.entries(path).map(([fact, value]) => [fact, row[fact], value] as const),
    ...Object.entries(object)
      .filter(([field]) => !['id', 'custom_fields', 'external_ids'].includes(field))
      .filter(([field]) => field in table && row[field] !== null)
      .map(([field, value]) => [field, normal(row[field]), normal(value)] as const),
  ];
  return [
    ...missing(resource, object, row).map((value) => `lacks ${value}`),
    ...pairs
      .filter(([, held, served]) => !isDeepStrictEqual(held, served))
      .map(([field, held, served]) => `${field}: ${JSON.stringify(held)}, not ${JSON.stringify(served)}`),
  ];
}

/** Fails unless every live row of every resource equals what the sandbox serves, field by field. */
export async function expectMirror(
  pool: pg.Pool,
  sandbox: Sandbox,
  names?: readonly string[],
  compared?: Compared,
): Promise<void> {
  expect(await differences(pool, sandbox, names, compared)).toEqual([]);
}
