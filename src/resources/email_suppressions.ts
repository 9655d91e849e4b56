import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

export const table = mirrorTable(
  'email_suppressions',
  {
    id: text().primaryKey(),
    email: text(),
    reason: text(),
    bounce_details: jsonb(),
    created_at: instant(),
  },
  (column) => [
    index('email_suppressions_email').on(column.email),
    index('email_suppressions_created_at').on(column.created_at),
  ],
);

/** Since autumn 2026. How one is removed is not known. */
export const emailSuppressions = defineResource({
  name: 'email_suppressions',
  about: 'E-mail addresses that Pylon sends nothing to, since mail to them bounced or was complained about.',
  table,
  words: {
    reason: 'Why nothing is sent.',
    bounce_details: 'What the other mail server answered, as Pylon sends it.',
  },
  pull: { by: 'list', path: '/email-suppressions', limit: 999 },
  contains: { email: 'email', bounce_details: 'email' },
  derive: ({ id, email }) => ({ id: id ?? email }),
});
