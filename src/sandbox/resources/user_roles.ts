import { ids } from '../data/random.ts';
import { plain } from '../data/words.ts';
import { wholeRoute } from '../routes/pages.ts';
import type { Resource } from './define.ts';

const ROLES = ['Admin', 'Agent', 'Light agent', 'Viewer'];

export const user_roles: Resource = {
  name: 'user_roles',
  generate: ({ seed }) => ({
    objects: ROLES.map((name, i) => ({
      id: ids(seed, 'user_roles').of(i),
      name,
      slug: plain(name).replace('-', '_'),
    })),
  }),
  routes: [wholeRoute('GET /user-roles', 'high', 'user_roles')],
};
