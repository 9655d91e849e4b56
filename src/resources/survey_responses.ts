import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable } from './define.ts';

export const table = mirrorTable(
  'survey_responses',
  {
    id: text().primaryKey(),
    survey_id: text(),
    account_id: text(),
    contact_id: text(),
    answers: jsonb(),
    submitted_at: instant(),
  },
  (column) => [
    index('survey_responses_survey_id').on(column.survey_id),
    index('survey_responses_account_id').on(column.account_id),
    index('survey_responses_contact_id').on(column.contact_id),
    index('survey_responses_submitted_at').on(column.submitted_at),
  ],
);

export const surveyResponses = defineResource({
  name: 'survey_responses',
  about: 'Answers to surveys, one row per answer.',
  table,
  words: {
    survey_id: 'The survey: surveys.id.',
    account_id: 'The account of who answered: accounts.id.',
    contact_id: 'Who answered: contacts.id.',
    answers: 'The answers, as Pylon sends them.',
    submitted_at: 'When it was answered.',
  },
  pull: {
    by: 'parent',
    parent: 'surveys',
    path: '/surveys/{id}/responses',
    limit: 999,
    foreignKey: 'survey_id',
  },
  refers: { survey_id: 'surveys', account_id: 'accounts', contact_id: 'contacts' },
  contains: { answers: 'body' },
});
