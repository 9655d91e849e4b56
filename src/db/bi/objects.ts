import { getTableColumns } from 'drizzle-orm';
import type { Resource } from '../../resources/define.ts';
import { resourceNamed } from '../../resources/index.ts';
import { column, type PlainText, type ViewColumn } from '../../resources/views.ts';
import { columnWords } from '../../resources/words.ts';
import { identifier, tableOf } from '../capture/names.ts';
import { editingOf } from './editing/targets.ts';
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

/**
 * The address of a user that came with a reference, as long as it is one of those of the user whom the row refers to
 * now: an edit changes the reference at once, and Pylon's answer brings the address later. A customer may write from an
 * address that the contact does not have: such a column stays as it came.
 */
function addressBeside(name: string, { refers = {}, writes }: Resource): ViewColumn | undefined {
  const reference = name.replace(/_email$/, '_id');
  if (!name.endsWith('_email') || refers[reference] !== 'users' || writes?.columns[reference] === undefined)
    return undefined;
  const alias = identifier(`of_${reference.replace(/_id$/, '')}`);
  const given = `r.${identifier(name)}`;
  return column(
    `CASE WHEN r.${identifier(reference)} IS NULL THEN NULL WHEN ${given} = ${alias}.email OR ${given} = ANY (${alias}.emails) THEN ${given} ELSE coalesce(${alias}.email, ${given}) END`,
    'E-mail address of that user.',
  );
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
    columns[name] = addressBeside(name, resource) ?? column(`r.${identifier(name)}`, words[name] ?? '');
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
  const editing = editingOf(resource, columns);
  return {
    name: view.name ?? table,
    comment: about,
    columns,
    from: `FROM ${tableOf(table)} AS r ${[...joins, view.joins ?? ''].join(' ')} WHERE r._deleted_at IS NULL`,
    ...(customFields === undefined ? {} : { fieldsOf: customFields.kind }),
    ...(editing === undefined ? {} : { editing }),
  };
}
