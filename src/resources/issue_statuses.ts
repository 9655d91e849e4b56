import { boolean, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';
import { present } from './fields.ts';

export const table = mirrorTable('issue_statuses', {
  id: text().primaryKey(),
  slug: text(),
  label: text(),
  category: text(),
  is_archived: boolean(),
  is_default_status: boolean(),
});

/** The states an issue can be in. Pylon gives them no id: the slug, which `issues.state` holds, is the key. */
export const issueStatuses = defineResource({
  name: 'issue_statuses',
  about: 'The states that an issue can be in, your own ones included.',
  table,
  words: {
    id: 'The slug of the state.',
    slug: 'The state as issues.state has it.',
    category: "Pylon's category of the state.",
    is_default_status: 'Whether Pylon made it.',
  },
  note: 'the key is the slug',
  title: 'label',
  pull: { by: 'list', path: '/issue-statuses' },
  derive: (status) => ({
    id: status.slug,
    _extra: status.slug == null ? undefined : present({ id: status.id }),
  }),
});
