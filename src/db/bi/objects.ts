import { getTableColumns } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { column, type PlainText, type ViewColumn } from '../../resources/views.ts';
import { columnWords } from '../../resources/words.ts';
import { identifier, tableOf } from '../capture/names.ts';
import type { View } from './view.ts';

/** Labels of the columns by which rows are called. */
const TITLES: Readonly<Record<string, string>> = { name: 'Name', title: 'Title' };

/** The columns that a view shows beside a reference, and the join that provides them. */
function shownBeside(name: string, target: Resource) {
  const stem = name.replace(/_id$/, '');
  const alias = identifier(`of_${stem}`);
  const { title, shownWith = {} } = target;
  const titled = (called: string) =>
    column(`${alias}.${called}`, `${TITLES[called] ?? 'Name'} of that one: ${target.name}.${called}.`);
  return {
    join: `LEFT JOIN ${tableOf(target.name)} AS ${alias} ON ${alias}.id = r.${identifier(name)}`,
    titles: title === undefined ? {} : { [`${stem}_${title}`]: titled(title) },
    more: Object.fromEntries(
      Object.entries(shownWith).map(([shown, comment]) => [
        `${stem}_${shown}`,
        column(`${alias}.${shown}`, comment),
      ]),
    ),
  };
}

/** A descriptor's column, converted to an SQL expression. */
const made = (one: ViewColumn | PlainText): ViewColumn =>
  'sql' in one ? one : column(`pylon_bi.plain_text(r.${one.plainTextOf})`, one.comment);

/**
 * The view of a resource: live rows with their own columns and the names of the records that they refer to, then
 * derived columns. Names of records deleted in Pylon are shown as long as they are stored.
 */
export function objectView(resource: Resource): View {
  const { name: table, about, refers = {}, view = {}, customFields } = resource;
  const words = columnWords(resource);
  const own = Object.keys(getTableColumns(resource.table)).filter((name) => !name.startsWith('_'));
  const columns: Record<string, ViewColumn> = {};
  const joins: string[] = [];
  for (const name of own) {
    columns[name] = column(`r.${identifier(name)}`, words[name] ?? '');
    const target = refers[name];
    if (target === undefined) continue;
    const { join, titles, more } = shownBeside(name, resourceNamed(target));
    joins.push(join);
    // A message has a column with its author's name already.
    for (const [shown, title] of Object.entries(titles)) if (!own.includes(shown)) columns[shown] = title;
    for (const [shown, one] of Object.entries(more)) columns[shown] ??= one;
  }
  columns.synced_at = column('r._synced_at', words._synced_at ?? '');
  for (const [shown, one] of Object.entries(view.columns ?? {})) columns[shown] = made(one);
  return {
    name: view.name ?? table,
    comment: about,
    columns,
    from: `FROM ${tableOf(table)} AS r ${[...joins, view.joins ?? ''].join(' ')} WHERE r._deleted_at IS NULL`,
    ...(customFields === undefined ? {} : { fieldsOf: customFields.kind }),
  };
}
