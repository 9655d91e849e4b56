import { resources } from '../resources/index.ts';
import { writableColumns } from './body.ts';

const POLICIES = ['hold', 'pylon', 'local'] as const;
/** Who wins if both sides changed the same field. `hold`: a person decides. `pylon`: Pylon. `local`: the edit. */
export type Policy = (typeof POLICIES)[number];

/** The policy for a field of a resource; fields as `nameOf` names them. */
export type PolicyFor = (resource: string, field: string) => Policy;

/** The configured policies. */
export interface Conflicts {
  readonly everywhere: Policy;
  /**
   * More specific policies, by `issues`, `issues.state`, `issues.custom_fields` or `issues.custom_fields.priority`.
   */
  readonly finer: Readonly<Record<string, Policy>>;
}

/** The result of parsing policies: these, or what is wrong. */
type Read = { readonly conflicts: Conflicts } | { readonly wrong: string };

const asPolicy = (word: string): Policy | undefined => POLICIES.find((policy) => policy === word);

/** What is wrong with the name of a resource or a field; undefined if nothing is. */
function wrongName(name: string): string | undefined {
  const [given = '', column, ...slug] = name.split('.');
  const resource = resources.find((one) => one.name === given);
  if (resource === undefined) return `no resource is named ${given}`;
  const columns = writableColumns(resource.writes, 'update');
  if (columns.length === 0) return `nothing of ${given} can be changed`;
  if (column === undefined) return undefined;
  if (!columns.includes(column)) return `of ${given} can be changed ${columns.join(', ')}, not ${column}`;
  if (slug.length === 0) return undefined;
  if (column !== 'custom_fields' || slug.join('.') === '') return `${name} is no field`;
  return undefined;
}

/** Parses `hold,accounts=pylon,issues.state=local`. */
export function readConflicts(text: string): Read {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const given = new Map<string, Policy>();
  for (const word of words) {
    const [name, policy] = word.includes('=') ? word.split(/=(.*)/s) : ['', word];
    const known = asPolicy(policy ?? '');
    if (known === undefined) return { wrong: `${word} names no policy` };
    const wrong = name === '' ? undefined : wrongName(name ?? '');
    if (wrong !== undefined) return { wrong };
    if (given.has(name ?? ''))
      return { wrong: name === '' ? 'two policies for all' : `${name} is given twice` };
    given.set(name ?? '', known);
  }
  const { '': everywhere = 'hold', ...finer } = Object.fromEntries(given);
  return { conflicts: { everywhere, finer } };
}

/** Returns the most specific policy for a field: its own, or that of its column, its resource, or everything. */
export function policyBy({ everywhere, finer }: Conflicts): PolicyFor {
  return (resource, field) => {
    const [column = ''] = field.split('.');
    return finer[`${resource}.${field}`] ?? finer[`${resource}.${column}`] ?? finer[resource] ?? everywhere;
  };
}
