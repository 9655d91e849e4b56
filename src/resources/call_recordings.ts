import { index, jsonb, text } from 'drizzle-orm/pg-core';
import { splitCustomFields } from './custom_field_values.ts';
import { defineResource, instant, mirrorTable, whole } from './define.ts';
import { present } from './fields.ts';
import { column } from './views.ts';
import { customFieldValues, reference } from './writes.ts';

export const table = mirrorTable(
  'call_recordings',
  {
    id: text().primaryKey(),
    title: text(),
    account_id: text(),
    source: text(),
    external_id: text(),
    calendar_event_id: text(),
    url: text(),
    summary: text(),
    start_time: instant(),
    end_time: instant(),
    duration_ms: whole(),
    participant_emails: text().array(),
    custom_fields: jsonb(),
    created_at: instant(),
    updated_at: instant(),
  },
  (column) => [
    index('call_recordings_account_id').on(column.account_id),
    index('call_recordings_start_time').on(column.start_time),
    index('call_recordings_created_at').on(column.created_at),
  ],
);

/**
 * The search without a filter lists them; it cannot filter by a time of change. Pylon does not say under which kind of
 * object it lists their custom fields: since `call_recording` is none of the kinds any more, `meeting` is.
 */
export const callRecordings = defineResource({
  name: 'call_recordings',
  about: 'Recordings of calls and meetings that a recorder brought into Pylon.',
  table,
  words: {
    account_id: 'The account that the call was with: accounts.id; null where none was found.',
    source: 'The recorder: fathom, gong, grain, granola, custom_call_recorder and so on.',
    external_id: 'Its id in the recorder.',
    calendar_event_id: 'The event in the calendar that it was made at.',
    url: 'Address of the recording in the recorder.',
    summary: 'What was talked about, in short.',
    start_time: 'When the call began.',
    end_time: 'When the call ended.',
    duration_ms: 'How long the call took, in milliseconds.',
    participant_emails: 'E-mail addresses of who took part.',
  },
  title: 'title',
  pull: { by: 'search', path: '/call-recordings/search', limit: 999 },
  get: '/call-recordings/{id}',
  refers: { account_id: 'accounts' },
  contains: { participant_emails: 'email', summary: 'body' },
  customFields: { kind: 'meeting' },
  derive: (recording) => {
    const { flat, rest } = splitCustomFields(recording.custom_fields);
    return { custom_fields: flat, _extra: present({ custom_fields: rest }) };
  },
  history: ['account_id', 'custom_fields'],
  writes: {
    update: '/call-recordings/{id}',
    remove: '/call-recordings/{id}',
    columns: { account_id: reference({ empty: '' }), custom_fields: customFieldValues() },
  },
  view: {
    columns: {
      duration_minutes: column('round(r.duration_ms / 60000.0, 2)', 'How long the call took, in minutes.'),
    },
  },
  naming: {
    call_recording_id: column('r.id', 'The recording: call_recordings.id.'),
    call_recording_title: column('r.title', 'What the recording is called.'),
  },
  lists: [
    {
      name: 'call_recording_participants',
      comment: 'Who took part in calls that were recorded, one row per recording and e-mail address.',
      each: 'unnest(r.participant_emails) AS each(one)',
      columns: { email: column('each.one', 'The e-mail address.') },
    },
  ],
});
