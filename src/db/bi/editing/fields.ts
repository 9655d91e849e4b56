import { identifier, literal } from '../../capture/names.ts';
import type { Shape } from '../fields.ts';
import { differs, whereAny } from './differs.ts';

/** A column of a custom field, as far as its edits are concerned. */
export interface FieldEdit {
  readonly name: string;
  readonly slug: string;
  readonly shape: Shape;
  /** As `FieldColumn.part`. */
  readonly part: string;
  /** Labels by slug, of a select. */
  readonly labels?: Readonly<Record<string, string>>;
  /** False if the field is gone, or has another type. */
  readonly isDefined: boolean;
}

const shownAs = (view: string, { name }: FieldEdit) => literal(`column "${name}" of pylon_bi.${view}`);

/** SQL: the value for the custom field, as Pylon stores it. */
const VALUES: Readonly<
  Record<Shape, (view: string, field: FieldEdit, beside: string | undefined) => string>
> = {
  text: (_view, { name }) => `to_jsonb(NEW.${identifier(name)})`,
  texts: (_view, { name }) => `to_jsonb(NEW.${identifier(name)})`,
  numeric: (_view, { name }) => `to_jsonb(NEW.${identifier(name)}::text)`,
  boolean: (_view, { name }) => `to_jsonb(NEW.${identifier(name)}::text)`,
  date: (view, field) =>
    `to_jsonb(pylon_bi._day_text(${shownAs(view, field)}, NEW.${identifier(field.name)}))`,
  timestamptz: (view, field) =>
    `to_jsonb(pylon_bi._instant_text(${shownAs(view, field)}, NEW.${identifier(field.name)}))`,
  user: (view, { name, part }, beside) =>
    part === 'id'
      ? `to_jsonb(NEW.${identifier(name)})`
      : `to_jsonb(pylon_bi._referred(${literal(
          JSON.stringify({
            ...{ view, reference: beside ?? name, resource: 'users' },
            columns: { [name]: { by: 'name' } },
          }),
        )}, jsonb_build_object(${literal(name)}, NEW.${identifier(name)})))`,
  select: (view, field) =>
    `to_jsonb(pylon_bi.${field.part === 'slug' ? '_slug_alone' : '_option_slug'}(${shownAs(view, field)}, ${optionsOf(field)}, NEW.${identifier(field.name)}))`,
  multiselect: (view, field, beside) => {
    const given = `NEW.${identifier(field.name)}`;
    if (field.part === 'slugs')
      return `CASE WHEN ${given} IS NOT NULL THEN to_jsonb(ARRAY(
        SELECT pylon_bi._slug_alone(${shownAs(view, field)}, ${optionsOf(field)}, one) FROM unnest(${given}) WITH ORDINALITY AS given(one, place) ORDER BY place)) END`;
    const slugs = beside === undefined ? `'{}'` : `OLD.${identifier(beside)}`;
    return `to_jsonb(pylon_bi._option_slugs(${shownAs(view, field)}, ${optionsOf(field)}, ${given}, OLD.${identifier(field.name)}, ${slugs}))`;
  },
};

/** SQL: the options of a select, as a list of slugs and labels. */
const optionsOf = ({ labels = {} }: FieldEdit) =>
  `${literal(JSON.stringify(Object.entries(labels).map(([slug, label]) => ({ slug, label }))))}::jsonb`;

/** SQL: the same as labels by slug. */
const labelsOf = ({ labels = {} }: FieldEdit) => `${literal(JSON.stringify(labels))}::jsonb`;

/** For RETURNING: the columns beside one that was set show the same. */
function shownAfter(field: FieldEdit, beside: string | undefined): string {
  if (beside === undefined || field.part !== 'value' || !field.isDefined) return '';
  const value = `fields ->> ${literal(field.slug)}`;
  const assignments: Readonly<Partial<Record<Shape, readonly string[]>>> = {
    select: [
      `NEW.${identifier(field.name)} := coalesce(${labelsOf(field)} ->> (${value}), ${value});`,
      `NEW.${identifier(beside)} := ${value};`,
    ],
    multiselect: [`NEW.${identifier(beside)} := pylon_bi.to_texts(fields -> ${literal(field.slug)});`],
    user: [`NEW.${identifier(beside)} := ${value};`],
  };
  const [first, ...rest] = assignments[field.shape] ?? [];
  return first === undefined
    ? ''
    : `
  IF fields ? ${literal(field.slug)} THEN
    ${[first, ...rest].join('\n    ')}
  END IF;`;
}

const made = (view: string, field: FieldEdit, beside: string | undefined): string => `
  IF ${differs(field.name)} THEN
    fields := pylon_bi._with_value(fields, ${shownAs(view, field)}, ${literal(field.slug)},
      ${VALUES[field.shape](view, field, beside)});
  END IF;`;

/** Statements that collect the custom fields which a row of a view changes, by slug, in the variable `fields`. */
export function fieldEdits(
  view: string,
  fields: readonly FieldEdit[],
  hint: string,
  refused: (view: string, name: string, why: string, hint: string) => string,
): string {
  const besideOf = ({ name, slug, shape }: FieldEdit) =>
    fields.find(
      (one) => one.slug === slug && one.shape === shape && one.name !== name && one.part !== 'value',
    )?.name;
  const collected = fields.map((field): readonly [string, string] => [
    field.name,
    field.isDefined
      ? made(view, field, besideOf(field))
      : refused(
          view,
          field.name,
          `shows the custom field ${field.slug}, which Pylon has no more or with another type`,
          hint,
        ),
  ]);
  const after = fields.map((field) => shownAfter(field, besideOf(field))).join('');
  return `${whereAny(collected)}
  IF fields <> '{}' THEN${after}
    NULL;
  END IF;`;
}
