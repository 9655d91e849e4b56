import { ids } from '../data/random.ts';
import { wholeRoute } from '../routes/pages.ts';
import { getRoute } from '../routes/route.ts';
import type { Resource } from './define.ts';

export const ticket_forms: Resource = {
  name: 'ticket_forms',
  generate: ({ seed }) => ({
    objects: ['Report a bug', 'Ask for access', 'Internal request'].map((name, i) => ({
      id: ids(seed, 'ticket_forms').of(i),
      name,
      slug: name.toLowerCase().replaceAll(' ', '-'),
      url: `https://portal.example/forms/${i + 1}`,
      description_html: i === 2 ? '' : `<p>${name} here.</p>`,
      is_public: i < 2,
      fields: [
        { name: 'Title', slug: 'title', type: 'text', description_html: '' },
        { name: 'Priority', slug: 'priority', type: 'select', description_html: '<p>How bad?</p>' },
      ].slice(0, i + 1),
    })),
  }),
  routes: [
    wholeRoute('GET /ticket-forms', 'high', 'ticket_forms'),
    getRoute('GET /ticket-forms/{id}', 'high', 'ticket_forms'),
  ],
};
