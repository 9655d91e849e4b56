import { withPlaceholders } from '../route.ts';
import type { Resource } from './define.ts';
import { resources } from './index.ts';

/** An operation of Pylon's API: `GET /issues/{}`. */
export const operation = (method: string, route: string): string =>
  `${method} ${withPlaceholders(route, () => '{}')}`;

const READ_BY_SEARCH = ['search', 'slices'];

/** The operations that one resource uses, each with what for. */
function usesOf({ name, pull, changes, get, writes, actions = [] }: Resource) {
  const table = `pylon.${name}`;
  const found: (readonly [operation: string, reached: string])[] = [];
  const use = (method: string, route: string | undefined, reached: string) => {
    if (route !== undefined) found.push([operation(method, route), reached]);
  };
  use(READ_BY_SEARCH.includes(pull.by) ? 'POST' : 'GET', pull.path, `reads \`${table}\``);
  if (pull.by === 'window') use('POST', pull.search, `finds what \`${table}\` has`);
  use('POST', changes?.path, `changes of \`${table}\``);
  use('GET', get, `one record of \`${table}\``);
  use('PATCH', writes?.update, `\`UPDATE ${table}\``);
  use('POST', writes?.create?.path, `\`INSERT INTO ${table}\``);
  use('DELETE', writes?.remove, `\`DELETE FROM ${table}\``);
  use('PATCH', writes?.bulk?.path, `\`UPDATE ${table}\`, many alike`);
  use('POST', writes?.bulk?.search, `\`UPDATE ${table}\`, many alike: compares them`);
  for (const { name, method, route, makes } of actions) {
    use(method, route, `\`pylon.${name}\``);
    use('POST', makes === 'address' ? undefined : makes?.search, `\`pylon.${name}\`, to find what it made`);
  }
  return found;
}

/** Where each operation that is used is reached. */
export const REACHED: ReadonlyMap<string, readonly string[]> = resources
  .flatMap(usesOf)
  .reduce(
    (all, [name, reached]) => all.set(name, [...new Set([...(all.get(name) ?? []), reached])]),
    new Map<string, readonly string[]>(),
  );

const LISTED = 'no need: the listing is read whole, and compared';

/** The operations that are not used, each with the reason why there is no need for it. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'POST /integrations/devin/disconnect':
    'no need: it ends an integration, and nothing that is mirrored changes',
  'POST /surveys/search': LISTED,
  'POST /users/search': LISTED,
};
