import type { Resource } from '../../../../resources/define.ts';
import { resources } from '../../../../resources/index.ts';
import { factsIn } from '../../../../route.ts';

/** What a value of a column must be, beyond its type. */
type Rule =
  /** Not blank. */
  | { readonly check: 'title' }
  /** One of these. */
  | { readonly check: 'values'; readonly values: readonly string[] }
  /** An object whose members are among these. */
  | { readonly check: 'members'; readonly members: Readonly<Record<string, readonly string[]>> }
  /** The id of a record that is one of the resource's choices. */
  | { readonly check: 'choice'; readonly of: string }
  /** The id of a record, or a list of ids. */
  | { readonly check: 'records'; readonly of: string }
  /** Custom fields of a kind of object. */
  | { readonly check: 'fields'; readonly of: string };

function ruleOf({ title, refers, writes, customFields }: Resource, column: string): Rule | undefined {
  const { kind, values, members, choices, of } = writes?.columns[column] ?? {};
  if (kind === 'custom_fields') return { check: 'fields', of: customFields?.kind ?? '' };
  if (values !== undefined) return { check: 'values', values };
  if (members !== undefined) return { check: 'members', members };
  if (choices !== undefined) return { check: 'choice', of: choices };
  const target = of ?? refers?.[column];
  if (target !== undefined) return { check: 'records', of: target };
  return column === title ? { check: 'title' } : undefined;
}

/** The rules of a resource's columns that a statement can give. */
export function rulesOf(resource: Resource): Readonly<Record<string, Rule>> {
  const { writes } = resource;
  const columns = [...Object.keys(writes?.columns ?? {}), ...factsIn(writes?.create?.path ?? '')];
  return Object.fromEntries(
    columns.flatMap((column) => {
      const rule = ruleOf(resource, column);
      return rule === undefined ? [] : [[column, rule]];
    }),
  );
}

/** The rules of all resources. */
export const rulesByResource = (): Readonly<Record<string, Readonly<Record<string, Rule>>>> =>
  Object.fromEntries(resources.map((resource) => [resource.name, rulesOf(resource)]));
