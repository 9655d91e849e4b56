import { DAY, instant } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import { wholeRoute } from '../routes/pages.ts';
import type { Resource } from './define.ts';

export const macro_groups: Resource = {
  name: 'macro_groups',
  generate: ({ seed, oldest }) => ({
    objects: ['General', 'Billing', 'Bugs'].map((title, i) => ({
      id: ids(seed, 'macro_groups').of(i),
      title,
      created_at: instant(oldest + i * DAY),
      updated_at: instant(oldest + 2 * i * DAY),
    })),
  }),
  routes: [wholeRoute('GET /macro-groups', 'high', 'macro_groups', { paged: false })],
};
