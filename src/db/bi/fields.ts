import { createHash } from 'node:crypto';
import { literal } from '../capture/names.ts';

/** A custom field as Pylon defines it. */
export interface FieldDefinition {
  readonly object_type: string;
  readonly slug: string;
  readonly label: string | null;
  readonly description: string | null;
  readonly type: string | null;
  /** The options of a select, as Pylon sends them. */
  readonly options: unknown;
}

/** The shape of a custom field's values, which can be the same for several of Pylon's types. */
export type Shape =
  | 'text'
  | 'texts'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'select'
  | 'multiselect'
  | 'user';

/** A column that a view has for a custom field. It keeps its name, position and type for ever. */
export interface FieldColumn {
  readonly object_type: string;
  readonly slug: string;
  readonly shape: Shape;
  /** `value`; for a select also `slug` or `slugs`, beside the label; for a user also `id`, beside the name. */
  readonly part: string;
  /** The column's name, unique in its view. */
  readonly name: string;
}

const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ['texts', 'texts'],
  ['number', 'numeric'],
  ['decimal', 'numeric'],
  ['boolean', 'boolean'],
  ['date', 'date'],
  ['datetime', 'timestamptz'],
  ['select', 'select'],
  ['multiselect', 'multiselect'],
  ['user', 'user'],
]);

/** Unknown types are text. */
export const shapeOf = ({ type }: Pick<FieldDefinition, 'type'>): Shape => SHAPES.get(type ?? '') ?? 'text';

const PARTS: Readonly<Partial<Record<Shape, readonly string[]>>> = {
  select: ['value', 'slug'],
  multiselect: ['value', 'slugs'],
  user: ['value', 'id'],
};

/** The greatest length of an identifier in Postgres, in bytes. */
const LONGEST = 63;

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

/** The text cut to at most so many bytes, between characters. */
function cut(text: string, most: number): string {
  let short = '';
  for (const character of text) {
    if (bytes(short + character) > most) break;
    short += character;
  }
  return short;
}

/**
 * `<begin><slug><end>` within Postgres's limit, such as `cf_<slug>` with a suffix. A name that is cut gets a digest of the
 * slug, to be unique.
 */
export function fittingName(begin: string, slug: string, end: string): string {
  const whole = `${begin}${slug}${end}`;
  if (bytes(whole) <= LONGEST) return whole;
  const tail = `_${createHash('sha256').update(slug).digest('hex').slice(0, 8)}${end}`;
  return `${cut(`${begin}${slug}`, LONGEST - bytes(tail))}${tail}`;
}

const nameFor = (slug: string, end: string): string => fittingName('cf_', slug, end);

/** The columns that definitions need besides the known ones, with names that are not taken. */
export function newColumns(
  definitions: readonly FieldDefinition[],
  known: readonly FieldColumn[],
): readonly FieldColumn[] {
  const added: FieldColumn[] = [];
  for (const { object_type, slug, type } of definitions) {
    const shape = shapeOf({ type });
    const own = known.filter((one) => one.object_type === object_type && one.slug === slug);
    // The shape is part of the name only if the field's type has changed.
    const kind = own.some((one) => one.shape !== shape) ? `_${shape}` : '';
    for (const part of PARTS[shape] ?? ['value']) {
      if (own.some((one) => one.shape === shape && one.part === part)) continue;
      const taken = new Set(
        [...known, ...added].filter((one) => one.object_type === object_type).map(({ name }) => name),
      );
      const end = `${kind}${part === 'value' ? '' : `_${part}`}`;
      let name = nameFor(slug, end);
      for (let n = 2; taken.has(name); n += 1) name = nameFor(slug, `${end}_${n}`);
      added.push({ object_type, slug, shape, part, name });
    }
  }
  return added;
}

/** The type of a column in Postgres, as `format_type` writes it. */
export const typeOf = ({ shape, part }: Pick<FieldColumn, 'shape' | 'part'>): string => {
  if (shape === 'multiselect' || shape === 'texts') return 'text[]';
  if (part !== 'value') return 'text';
  if (shape === 'timestamptz') return 'timestamp with time zone';
  return shape === 'numeric' || shape === 'boolean' || shape === 'date' ? shape : 'text';
};

/** Labels by slug, of the options that have both. */
export function labelsOf(options: unknown): Readonly<Record<string, string>> {
  const list: readonly unknown[] = Array.isArray(options) ? options : [];
  return Object.fromEntries(
    list.flatMap((option) => {
      const { slug, label } = (option ?? {}) as { slug?: unknown; label?: unknown };
      return typeof slug === 'string' && typeof label === 'string' ? [[slug, label]] : [];
    }),
  );
}

/** The SQL expression of a column, on the custom fields of a row `r`. */
export function expressionOf({ slug, shape, part }: FieldColumn, { options }: FieldDefinition): string {
  const given = `(r.custom_fields ->> ${literal(slug)})`;
  const labels = `${literal(JSON.stringify(labelsOf(options)))}::jsonb`;
  switch (shape) {
    case 'text':
      return given;
    case 'texts':
      return `pylon_bi.to_texts(r.custom_fields -> ${literal(slug)})`;
    case 'numeric':
      return `pylon_bi.to_number(${given})`;
    case 'boolean':
      return `pylon_bi.to_boolean(${given})`;
    case 'date':
      return `pylon_bi.to_day(${given})`;
    case 'timestamptz':
      return `pylon_bi.to_instant(${given})`;
    case 'user':
      return part === 'id'
        ? given
        : `(SELECT person.name FROM pylon.users AS person WHERE person.id = ${given})`;
    case 'select':
      return part === 'slug' ? given : `coalesce(${labels} ->> ${given}, ${given})`;
    case 'multiselect': {
      const all = `pylon_bi.to_texts(r.custom_fields -> ${literal(slug)})`;
      return part === 'slugs'
        ? all
        : `(SELECT array_agg(coalesce(${labels} ->> one, one) ORDER BY place) FROM unnest(${all}) WITH ORDINALITY AS given(one, place))`;
    }
  }
}

const WHAT: Readonly<Partial<Record<Shape, Readonly<Record<string, string>>>>> = {
  select: { value: 'the option as people see it called', slug: 'the option by its slug' },
  multiselect: { value: 'the options as people see them called', slugs: 'the options by their slugs' },
  user: { value: 'name of the user', id: 'the user: users.id' },
};

/** The comment on a column, in plain words. */
export function fieldComment(
  { slug, shape, part }: FieldColumn,
  definition: FieldDefinition | undefined,
): string {
  const what = WHAT[shape]?.[part] ?? shape;
  if (definition === undefined)
    return `Custom field ${slug} (${what}): not defined in Pylon any more, or as another type; null.`;
  const described = definition.description ? ` ${definition.description}` : '';
  return `Custom field ${definition.label ?? slug} (${slug}), ${what}.${described}`;
}
