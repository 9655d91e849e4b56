import type { Fields } from '../data/rows.ts';

/** The shape of a resource in the third-party document; what is left out is as in Pylon's own. */
export interface Community {
  /** Whether it is answered without an envelope. */
  readonly bare?: boolean;
  /** Converts an object to that document's fields and shapes. */
  readonly object?: (object: Fields) => Fields;
  /** Fields of bodies that have another name there: its name → Pylon's. */
  readonly renames?: Readonly<Record<string, string>>;
  /**
   * Endpoints whose whole body has another shape there: converts the body to the shape of Pylon's own
   * document.
   */
  readonly bodies?: Readonly<Record<string, (body: Fields) => Fields>>;
}

/**
 * Converts a body from the shape of the third-party document to Pylon's own. Searches are the same in both.
 */
export function officialBody(
  { renames = {}, bodies = {} }: Community,
  endpoint: string,
  body: unknown,
): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body) || endpoint.endsWith('/search'))
    return body;
  const spelled = Object.fromEntries(
    Object.entries(body as Fields).map(([field, value]) => [
      renames[field] ?? field,
      field === 'custom_fields' ? spelledOut(value) : value,
    ]),
  );
  if (Array.isArray(spelled.select_options)) {
    spelled.select_options = spelled.select_options.map((slug) => ({ label: `${slug}`, slug: `${slug}` }));
  }
  return bodies[endpoint]?.(spelled) ?? spelled;
}

/** Custom fields arrive as slug to value or values, and are stored as a list. */
function spelledOut(custom: unknown): unknown {
  if (custom === null || typeof custom !== 'object' || Array.isArray(custom)) return custom;
  return Object.entries(custom as Fields).map(([slug, value]) =>
    Array.isArray(value) ? { slug, values: value } : { slug, ...(value === null ? {} : { value }) },
  );
}

/** Custom fields as a free object: slug to value or values. */
export function freeCustomFields(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Fields).map(([slug, field]) => {
      const { value: one, values } = field as Fields;
      return [slug, one ?? values ?? null];
    }),
  );
}

export const idOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object' ? (value as Fields).id : undefined;

/** A reference with its id only. */
export const idAlone = (value: unknown) => (idOf(value) === undefined ? value : { id: idOf(value) });

export const pick = (object: Fields, fields: readonly string[]): Fields =>
  Object.fromEntries(fields.filter((field) => field in object).map((field) => [field, object[field]]));

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
