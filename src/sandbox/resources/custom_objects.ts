import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { instant, updatedWithin } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields, Row } from '../data/rows.ts';
import { NASTY } from '../data/words.ts';
import { bodyOf, filled, texts } from '../routes/body.ts';
import { at, object, REFERENCE, SOME, TEXT, time } from '../routes/fields.ts';
import { compileFilter, type Filterable } from '../routes/filters.ts';
import { type Bounds, limitOf, pageOf, placeOf } from '../routes/pages.ts';
import { notFound } from '../routes/refusal.ts';
import { type Call, param, type Reply, route, rowNamed, shown } from '../routes/route.ts';
import { change, create, distinct, nowIn, removed } from '../routes/writes.ts';
import { fieldOf, fieldsAfter, fieldWrites, TYPES } from './custom_objects/fields.ts';
import type { Resource } from './define.ts';

const RESOURCE = 'custom_objects';

/** Smaller pages than those of all other listings. */
const PAGE: Bounds = { least: 1, most: 100, usual: 25 };

const creation = z.strictObject({ name: filled, custom_fields: fieldWrites.exactOptional() });
const update = z.strictObject({ name: filled.exactOptional(), custom_fields: fieldWrites.exactOptional() });
const bulk = z.strictObject({
  ids: texts.min(1).max(100),
  custom_fields: fieldWrites.exactOptional(),
});

/**
 * Objects of types that a workspace defines itself. Nothing lists the types or their fields; a type that nobody has
 * defined is 404.
 */
export const custom_objects: Resource = {
  name: RESOURCE,
  generate: (generator) => ({
    objects: generator.many(generator.share(25, 12), (i, created) => customObject(generator, i, created)),
    order: 'spread',
  }),
  routes: [
    route('POST /custom-objects/{type}/search', 'middle', search, { whenEmpty: 'absent' }),
    route('GET /custom-objects/{type}', 'high', list, { whenEmpty: 'null', lastPageBare: true }),
    route('POST /custom-objects/{type}', 'middle', createObject),
    route('PATCH /custom-objects/{type}', 'middle', updateMany),
    route('GET /custom-objects/{type}/{id}', 'high', (call) => shown(call, RESOURCE, objectOf(call))),
    route('PATCH /custom-objects/{type}/{id}', 'middle', updateObject),
    route('DELETE /custom-objects/{type}/{id}', 'middle', (call) => removed(call, RESOURCE, objectOf(call))),
  ],
};

const PLANS = ['starter', 'pro', 'enterprise'];
const MODULES = ['reports', 'audit', 'api', 'sso'];

/**
 * Licenses and devices in turn. With traps, names repeat and are nasty, and some have neither fields nor relations;
 * pairs were changed in the same second.
 */
function customObject({ seed, traps, start, objects }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt(RESOURCE), index));
  const account = roll.pick(objects('accounts'));
  const contact = roll.pick(objects('contacts'));
  const bare = traps && index % 10 === 7;
  const isLicense = index % 2 === 0;
  const related = [
    { object_type: 'account', object_id: account.id },
    ...(isLicense ? [] : [{ object_type: 'contact', object_id: contact.id }]),
  ];
  const values: Fields = isLicense
    ? { seats: `${5 + roll.below(500)}`, plan: roll.pick(PLANS), renewal: `2026-0${1 + roll.below(9)}-15` }
    : { serial: `SN-${1_000 + index}`, system: roll.pick(['linux', 'macos', 'windows']) };
  const fields = Object.entries(values).map(([slug, value]): [string, Fields] => [slug, { slug, value }]);
  if (isLicense && index % 3 !== 1)
    fields.push(['modules', { slug: 'modules', values: MODULES.slice(index % 3) }]);
  const name = isLicense ? `License of ${account.name}` : `Device ${index + 1}`;
  return {
    id: ids(seed, RESOURCE).of(index),
    type: isLicense ? 'license' : 'device',
    name:
      traps && index % 6 === 3 ? NASTY[index % NASTY.length] : traps && index % 8 === 2 ? 'License' : name,
    custom_fields: bare ? null : Object.fromEntries(fields),
    relations: bare ? null : related,
    created_at: instant(created),
    updated_at: updatedWithin(start, created, (index >> 1) % 20),
  };
}

const isOf =
  (type: string) =>
  ({ object: { type: own } }: Row): boolean =>
    own === type;

/** The type that the path names: one of the workspace's, or one that objects have been given. */
function typeOf(call: Call): string {
  const type = param(call, 'type');
  if (type in TYPES) return type;
  for (const row of call.state.table(RESOURCE).newest()) if (isOf(type)(row)) return type;
  throw notFound('custom object type');
}

/** The object that the path names, if it is of the type there. */
function objectOf(call: Call): Row {
  const type = typeOf(call);
  const row = rowNamed(call, RESOURCE, param(call, 'id'));
  if (row === undefined || !isOf(type)(row)) throw notFound('custom object');
  return row;
}

function list(call: Call): Reply {
  const type = typeOf(call);
  const rows = call.state.table(RESOURCE).newest(placeOf(call.query.cursor));
  return pageOf(call, RESOURCE, rows, limitOf(call.query.limit, PAGE), isOf(type));
}

const FILTERS: Readonly<Record<string, Filterable>> = {
  name: at('name', [...REFERENCE, ...TEXT]),
  created_at: time('created_at'),
  updated_at: time('updated_at'),
};

/** A field of the type by its slug; a relationship is filtered by the related object's id. */
function fieldFilter(type: string, slug: string): Filterable | undefined {
  const field = fieldOf(type, slug);
  if (field === undefined) return undefined;
  const operators = [...SOME, 'is_set', 'is_unset', 'contains', 'does_not_contain', ...TEXT];
  if (field.is === 'relation') {
    const read = ({ object: { relations } }: Row) =>
      (Array.isArray(relations) ? relations.map(object) : [])
        .filter(({ object_type }) => object_type === field.to)
        .map(({ object_id }) => object_id);
    return { operators, read };
  }
  const read = (row: Row) => {
    const { value, values } = object(object(row.object.custom_fields)[slug]);
    return value ?? values;
  };
  return { operators, read };
}

/** Unknown keys of the body are ignored, as in every search; `id` is no field of its filter. */
function search(call: Call): Reply {
  const type = typeOf(call);
  const { filter, limit, cursor } = object(call.body);
  const lookup = (field: string) => FILTERS[field] ?? fieldFilter(type, field);
  const passes = filter == null ? () => true : compileFilter(filter, lookup);
  const rows = call.state.table(RESOURCE).newest(placeOf(cursor));
  return pageOf(call, RESOURCE, rows, limitOf(limit, PAGE), (row) => isOf(type)(row) && passes(row));
}

function createObject(call: Call): Reply {
  const type = typeOf(call);
  const { name, custom_fields } = bodyOf(call, creation);
  return create(call, RESOURCE, {
    ...{ type, name: name.trim() },
    ...fieldsAfter(call, type, {}, custom_fields),
    ...{ created_at: nowIn(call), updated_at: nowIn(call) },
  });
}

function updateObject(call: Call): Reply {
  const row = objectOf(call);
  const { name, custom_fields } = bodyOf(call, update);
  return change(call, RESOURCE, row, {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(custom_fields === undefined ? {} : fieldsAfter(call, typeOf(call), row.object, custom_fields)),
  });
}

/**
 * Answers at once with the ids of the type's objects among those given. The change takes effect later, except on
 * objects that are deleted by then.
 */
function updateMany(call: Call): Reply {
  const type = typeOf(call);
  const { ids: given, custom_fields } = bodyOf(call, bulk);
  fieldsAfter(call, type, {}, custom_fields);
  const own = () =>
    distinct(given).flatMap((id) => {
      const row = call.state.table(RESOURCE).get(id);
      return row !== undefined && isOf(type)(row) ? [row] : [];
    });
  call.state.later(call.state.settings.bulkDelayMs, () => {
    for (const row of own()) change(call, RESOURCE, row, fieldsAfter(call, type, row.object, custom_fields));
  });
  return { is: 'done', more: { success: true, updated_ids: own().map(({ key }) => key) } };
}
