import { boolean, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable } from './define.ts';

export const table = mirrorTable('ticket_forms', {
  id: text().primaryKey(),
  name: text(),
  slug: text(),
  description_html: text(),
  url: text(),
  is_public: boolean(),
  fields: jsonb(),
});

export const ticketForms = defineResource({
  name: 'ticket_forms',
  about: 'Forms by which customers open issues.',
  table,
  words: {
    url: 'Where customers find it.',
    is_public: 'Whether it can be used without signing in.',
    fields: 'What it asks for, as Pylon sends it.',
  },
  title: 'name',
  pull: { by: 'list', path: '/ticket-forms' },
  get: '/ticket-forms/{id}',
  contains: { description_html: 'body' },
});
