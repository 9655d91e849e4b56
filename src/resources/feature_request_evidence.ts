import { createHash } from 'node:crypto';
import { index, text } from 'drizzle-orm/pg-core';
import { defineResource, mirrorTable, type PylonObject } from './define.ts';

export const table = mirrorTable(
  'feature_request_evidence',
  {
    id: text().primaryKey(),
    feature_request_id: text(),
    source_type: text(),
    source_id: text(),
    account_id: text(),
    external_url: text(),
    summary: text(),
  },
  (column) => [
    index('feature_request_evidence_feature_request_id').on(column.feature_request_id),
    index('feature_request_evidence_account_id').on(column.account_id),
    index('feature_request_evidence_source_id').on(column.source_id),
  ],
);

/** What identifies a piece of evidence within its feature request: what it refers to, else its text. */
function nameOf({ source_id, external_url, account_id, summary }: PylonObject): string {
  for (const name of [source_id, external_url]) if (typeof name === 'string' && name !== '') return name;
  const said = JSON.stringify([account_id ?? null, summary ?? null]);
  return createHash('sha256').update(said).digest('base64url').slice(0, 22);
}

/** Pylon gives evidence no id, so the key is `<feature request>:<source type>:<what it points to>`. */
export const featureRequestEvidence = defineResource({
  name: 'feature_request_evidence',
  about: 'What supports a feature request: issues, calls and the like in which customers asked for it.',
  table,
  words: {
    id: 'Made of feature request, kind and source: <feature request>:<source type>:<source>.',
    feature_request_id: 'The feature request: feature_requests.id.',
    source_type: 'issue, call_recording, survey_response, manual and so on.',
    source_id: 'The issue, where it is one: issues.id.',
    account_id: 'The account that asked: accounts.id; null where none is known.',
    external_url: 'Address of the recording, where it is a call.',
    summary: 'Why it supports the request, as Pylon sums it up.',
  },
  note: 'the key is `<feature request>:<source type>:<source>`',
  pull: {
    by: 'parent',
    parent: 'feature_requests',
    path: '/feature-requests/{id}',
    items: 'evidence',
    variants: () => [{ fetch_evidence: true }],
    mark: ['evidence_count'],
    none: { column: 'evidence_count', is: '0' },
    foreignKey: 'feature_request_id',
  },
  refers: { feature_request_id: 'feature_requests', source_id: 'issues', account_id: 'accounts' },
  contains: { summary: 'body' },
  derive: (evidence, facts) => {
    const kind = typeof evidence.source_type === 'string' ? evidence.source_type : 'unknown';
    return { id: `${facts.feature_request_id}:${kind}:${nameOf(evidence)}` };
  },
});
