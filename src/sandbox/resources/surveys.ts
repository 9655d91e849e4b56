import { DAY, instant } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import { time } from '../routes/fields.ts';
import { wholeRoute } from '../routes/pages.ts';
import { getRoute } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import type { Resource } from './define.ts';

export const surveys: Resource = {
  name: 'surveys',
  generate: ({ seed, oldest }) => ({
    objects: ['nps', 'csat', 'custom'].map((type, i) => ({
      id: ids(seed, 'surveys').of(i),
      name: `${type.toUpperCase()} survey`,
      type,
      updated_at: instant(oldest + i * DAY),
    })),
  }),
  routes: [
    wholeRoute('GET /surveys', 'high', 'surveys', { paged: false }),
    searchRoute('POST /surveys/search', 'middle', 'surveys', {
      filters: { updated_at: time('updated_at') },
      paged: false,
    }),
    getRoute('GET /surveys/{id}', 'high', 'surveys'),
  ],
};
