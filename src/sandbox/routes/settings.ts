import { wholeRoute } from './pages.ts';
import { badRequest } from './refusal.ts';
import { getRoute, type Route } from './route.ts';

export const OBJECT_TYPES = [
  'account',
  'issue',
  'contact',
  'task',
  'project',
  'meeting',
  'opportunity',
] as const;

/** Reading how the workspace is set up. */
export const settingsRoutes: readonly Route[] = [
  wholeRoute('GET /tags', 'high', 'tags'),
  getRoute('GET /tags/{id}', 'high', 'tags'),
  wholeRoute('GET /custom-fields', 'high', 'custom_fields', {
    keep: ({ object }, { query }) => {
      const type = query.object_type;
      if (type === undefined || !OBJECT_TYPES.some((known) => known === type)) {
        throw badRequest(`object_type is required: one of ${OBJECT_TYPES.join(', ')}`);
      }
      return object.object_type === type;
    },
  }),
  getRoute('GET /custom-fields/{id}', 'high', 'custom_fields'),
  wholeRoute('GET /issue-statuses', 'low', 'issue_statuses'),
  wholeRoute('GET /ticket-forms', 'high', 'ticket_forms'),
  getRoute('GET /ticket-forms/{id}', 'high', 'ticket_forms'),
  wholeRoute('GET /macro-groups', 'high', 'macro_groups', { paged: false }),
  wholeRoute('GET /macros', 'high', 'macros', {
    paged: false,
    keep: ({ object }, { query }) =>
      query.macro_group_id === undefined || object.macro_group_id === query.macro_group_id,
  }),
  getRoute('GET /macros/{id}', 'high', 'macros'),
];
