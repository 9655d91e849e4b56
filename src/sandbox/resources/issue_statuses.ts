import { textOf } from '../data/kind.ts';
import { wholeRoute } from '../routes/pages.ts';
import type { Resource } from './define.ts';

const SLUGS = [
  'new',
  'waiting_on_you',
  'waiting_on_customer',
  'on_hold',
  'closed',
  'in_review',
  'legacy_triage',
];

/** The statuses that issues can have. */
export const STATES = SLUGS.slice(0, 6);

/** Five of Pylon's own, one custom, one archived; they have no id. */
export const issue_statuses: Resource = {
  name: 'issue_statuses',
  key: ({ slug }) => textOf(slug),
  generate: () => ({
    objects: SLUGS.map((slug, i) => ({
      slug,
      label: slug.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase()),
      category: i === 4 ? 'closed' : i < 2 ? 'active' : 'waiting',
      is_default_status: i < 5,
      is_archived: i === 6,
    })),
  }),
  routes: [wholeRoute('GET /issue-statuses', 'low', 'issue_statuses')],
};
