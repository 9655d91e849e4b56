import type { Resource } from '../../src/resources/define.ts';
import { type Relation, relationsOf } from './relations.ts';

const camelCase = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, next: string) => next.toUpperCase());

/** A reference as PostGraphile's smart tag `@foreignKey` takes it, with the names of its fields. */
const foreignKey = ({ column, to, one, many }: Relation): string =>
  `(${column}) references pylon.${to} (id)|@fieldName ${camelCase(one)}|@foreignFieldName ${camelCase(many)}`;

/** Whether PostGraphile has a mutation of a function's name already: it makes three for each table. */
function isTaken(name: string, resources: readonly Resource[]): boolean {
  const table = /^(?:create|update|delete)_(.+)$/.exec(name)?.[1];
  return table !== undefined && resources.some((one) => one.name === `${table}s`);
}

/** Smart tags for PostGraphile 4 and 5: the references, since the tables have no foreign keys. */
export function postgraphileTags(resources: readonly Resource[]): string {
  const relations = relationsOf(resources);
  const tables = resources
    .map(({ name }) => [name, relations.filter(({ from }) => from === name).map(foreignKey)] as const)
    .filter(([, keys]) => keys.length > 0)
    .map(([name, keys]) => [`pylon.${name}`, { tags: { foreignKey: keys } }]);
  const functions = resources
    .flatMap(({ actions = [] }) => actions)
    .filter(({ name }) => isTaken(name, resources))
    .map(({ name }) => [`pylon.${name}`, { tags: { name: `call_${name}` } }]);
  const config = { class: Object.fromEntries(tables), procedure: Object.fromEntries(functions) };
  const tags = { version: 1, config };
  return `// Smart tags for PostGraphile 4 and 5, made from the descriptors (npm run docs): postgraphile.tags.json5 of your project.\n${JSON.stringify(tags, undefined, 2)}\n`;
}
