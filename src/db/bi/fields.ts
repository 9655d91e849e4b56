import { createHash } from 'node:crypto';
import { literal } from '../capture/names.ts';

/** A custom field as Pylon defines it. */
export interface FieldDefinition {
  readonly object_type: string;
  readonly slug: string;
  readonly label: string | null;
  readonly description: string | null;
  readonly type: string | null;
  /** Of a select, as Pylon sends them. */
  readonly options: unknown;
}

/** What a column of a custom field holds, whatever Pylon calls that type. */
export type Shape =
  | 'text'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'select'
  | 'multiselect'
  | 'user';

/** A column that a view has got for a custom field: it keeps name, place and type for good. */
export interface FieldColumn {
  readonly object_type: string;
  readonly slug: string;
  readonly shape: Shape;
  /** `value`; `slug` or `slugs` of a select beside the label; `id` of a user beside the name. */
  readonly part: string;
  /** The column's name, unique in its view. */
  readonly name: string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  number: 'numeric',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamptz',
  select: 'select',
  multiselect: 'multiselect',
  user: 'user',
};

/** What is not known to be anything else is text. */
export const shapeOf = ({ type }: Pick<FieldDefinition, 'type'>): Shape => SHAPES[type ?? ''] ?? 'text';

const PARTS: Readonly<Partial<Record<Shape, readonly string[]>>> = {
  select: ['value', 'slug'],
  multiselect: ['value', 'slugs'],
  user: ['value', 'id'],
};

/** Bytes of an identifier in Postgres. */
const LONGEST = 63;

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

/** The text cut to so many bytes, at a character. */
function cut(text: string, most: number): string {
  let short = '';
  for (const character of text) {
    if (bytes(short + character) > most) break;
    short += character;
  }
  return short;
}

/** `cf_<slug>` with an end, within what Postgres takes: what is cut is told from others by a digest. */
function nameFor(slug: string, end: string): string {
  const whole = `cf_${slug}${end}`;
  if (bytes(whole) <= LONGEST) return whole;
  const tail = `_${createHash('sha256').update(slug).digest('hex').slice(0, 8)}${end}`;
  return `${cut(`cf_${slug}`, LONGEST - bytes(tail))}${tail}`;
}

/** The columns that definitions need beyond those that are known, with names that are nobody's yet. */
export function newColumns(
  definitions: readonly FieldDefinition[],
  known: readonly FieldColumn[],
): readonly FieldColumn[] {
  const added: FieldColumn[] = [];
  for (const { object_type, slug, type } of definitions) {
    const shape = shapeOf({ type });
    const own = known.filter((one) => one.object_type === object_type && one.slug === slug);
    // Only where a field changes its type is that said in the name.
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

/** The type of a column in Postgres, as `format_type` has it. */
export const typeOf = ({ shape, part }: Pick<FieldColumn, 'shape' | 'part'>): string => {
  if (shape === 'multiselect') return 'text[]';
  if (part !== 'value') return 'text';
  if (shape === 'timestamptz') return 'timestamp with time zone';
  return shape === 'numeric' || shape === 'boolean' || shape === 'date' ? shape : 'text';
};

/** Slug to label, of the options that have both. */
function labelsOf(options: unknown): Readonly<Record<string, string>> {
  const list: readonly unknown[] = Array.isArray(options) ? options : [];
  return Object.fromEntries(
    list.flatMap((option) => {
      const { slug, label } = (option ?? {}) as { slug?: unknown; label?: unknown };
      return typeof slug === 'string' && typeof label === 'string' ? [[slug, label]] : [];
    }),
  );
}

/** The expression of a column, over the custom fields of a row `r`. */
export function expressionOf({ slug, shape, part }: FieldColumn, { options }: FieldDefinition): string {
  const given = `(r.custom_fields ->> ${literal(slug)})`;
  const labels = `${literal(JSON.stringify(labelsOf(options)))}::jsonb`;
  switch (shape) {
    case 'text':
      return given;
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

/** What a column is, in plain words. */
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
