import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { defineResource, instant, mirrorTable, whole } from './define.ts';
import { column } from './views.ts';

export const table = mirrorTable(
  'voice_calls',
  {
    id: text().primaryKey(),
    issue_id: text(),
    from_phone_number: text(),
    to_phone_number: text(),
    duration_sec: whole(),
    recordings: jsonb(),
    created_at: instant(),
  },
  (column) => [
    index('voice_calls_issue_id').on(column.issue_id),
    index('voice_calls_created_at').on(column.created_at),
  ],
);

const list = (json: string) => `CASE jsonb_typeof(${json}) WHEN 'array' THEN ${json} END`;

/**
 * Calls of issues that came by phone. Pylon leaves a recording out until its transcript is ready, and nothing says
 * when that is: a call without recordings is asked for again after 5 minutes, 15 minutes, 1, 4 and 24 hours.
 */
export const voiceCalls = defineResource({
  name: 'voice_calls',
  about: 'Calls of issues that came by phone, with their recordings and transcripts.',
  table,
  words: {
    from_phone_number: 'The number that called.',
    to_phone_number: 'The number that was called.',
    duration_sec: 'How long the call took, in seconds.',
    recordings:
      'Its recordings: a list of {"id", "download_url", "transcript_segments"}; the address is good for an hour.',
  },
  note: 'of issues whose `source` is `phone`; again while there is no transcript',
  pull: {
    by: 'parent',
    parent: 'issues',
    path: '/issues/{id}/voice-calls',
    where: { column: 'source', is: 'phone' },
    mark: ['latest_message_time', 'updated_at'],
    again: { column: 'recordings', afterSeconds: [300, 900, 3_600, 14_400, 86_400] },
    foreignKey: 'issue_id',
  },
  refers: { issue_id: 'issues' },
  contains: { from_phone_number: 'phone', to_phone_number: 'phone', recordings: 'body' },
  derive: ({ id, created_at }, facts) => ({
    id: id ?? (typeof created_at === 'string' ? `${facts.issue_id}:${created_at}` : undefined),
  }),
  naming: {
    voice_call_id: column('r.id', 'The call: voice_calls.id.'),
    issue_id: column('r.issue_id', 'The issue: issues.id.'),
    call_created_at: column('r.created_at', 'When the call was made.'),
  },
  lists: [
    {
      name: 'voice_call_segments',
      comment: 'Transcripts of calls, one row for each segment that somebody spoke.',
      each: `jsonb_array_elements(${list('r.recordings')}) WITH ORDINALITY AS recording(one, at)
      CROSS JOIN LATERAL jsonb_array_elements(${list("recording.one -> 'transcript_segments'")})
        WITH ORDINALITY AS segment(one, at)`,
      columns: {
        recording_id: column("recording.one ->> 'id'", "Pylon's id of the recording."),
        recording_number: column('recording.at', 'Which recording of the call it is, from 1.'),
        segment_number: column('segment.at', 'Which segment of the recording it is, from 1.'),
        speaker: column("segment.one ->> 'speaker'", 'Who speaks, as the transcript calls them.'),
        text: column("segment.one ->> 'text'", 'What was said.'),
      },
    },
  ],
});
