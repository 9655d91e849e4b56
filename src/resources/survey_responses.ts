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
  table,
  pull: {
    by: 'parent',
    parent: 'surveys',
    path: '/surveys/{id}/responses',
    limit: 999,
    foreignKey: 'survey_id',
  },
});
