import { index, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';
import { reference, value } from './writes.ts';

export const table = mirrorTable(
  'account_relationships',
  {
    id: text().primaryKey(),
    account_id: text(),
    relationship_type: text(),
    related_object_id: text(),
    parent_account_id: text(),
    child_account_id: text(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('account_relationships_account_id').on(column.account_id),
    index('account_relationships_related_object_id').on(column.related_object_id),
    index('account_relationships_parent_account_id').on(column.parent_account_id),
    index('account_relationships_child_account_id').on(column.child_account_id),
  ],
);

/** Pylon lists a relationship only for the account on the child or client side. */
export const accountRelationships = defineResource({
  name: 'account_relationships',
  about: 'Which accounts belong to which other: parents with their children, partners with their clients.',
  table,
  words: {
    account_id: 'The account on the child or client side, of which Pylon tells it: accounts.id.',
    relationship_type: 'parent_account or partner_account.',
    related_object_id: 'The parent or partner: accounts.id.',
    parent_account_id: 'The account on the parent or partner side: accounts.id.',
    child_account_id: 'The account on the child or client side: accounts.id.',
  },
  note: 'of the child or client account',
  pull: {
    by: 'parent',
    parent: 'accounts',
    path: '/accounts/{id}/relationships',
    mark: ['updated_at'],
    foreignKey: 'account_id',
  },
  refers: {
    account_id: 'accounts',
    related_object_id: 'accounts',
    parent_account_id: 'accounts',
    child_account_id: 'accounts',
  },
  writes: {
    create: {
      path: '/accounts/{account_id}/relationship',
      required: ['related_object_id', 'relationship_type'],
      recovery: { by: 'list', path: '/accounts/{account_id}/relationships' },
    },
    remove: '/accounts/{account_id}/relationships/{id}',
    columns: {
      related_object_id: reference({ only: 'create' }),
      relationship_type: value({ values: ['parent_account', 'partner_account'], only: 'create' }),
    },
  },
});
