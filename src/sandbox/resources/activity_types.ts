import { ids } from '../data/random.ts';
import { wholeRoute } from '../routes/pages.ts';
import type { Resource } from './define.ts';

export const activity_types: Resource = {
  name: 'activity_types',
  generate: ({ seed }) => ({
    objects: ['Signed up', 'Upgraded', 'Invited a colleague'].map((label, i) => ({
      id: ids(seed, 'activity_types').of(i),
      slug: label.toLowerCase().replaceAll(' ', '_'),
      label,
      icon_url: `https://files.pylon.example/icons/${i}.svg`,
    })),
  }),
  routes: [wholeRoute('GET /activity-types', 'low', 'activity_types', { whenEmpty: 'null' })],
};
