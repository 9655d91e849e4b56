import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { instant, updatedWithin } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { NASTY, sentence } from '../data/words.ts';
import { bodyOf, customFieldWrites } from '../routes/body.ts';
import { customFieldsAfter } from '../routes/custom-fields.ts';
import { at, REFERENCE, SOME, time } from '../routes/fields.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { change, referred, removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const update = z.strictObject({
  account_id: z.string().exactOptional(),
  custom_fields: customFieldWrites.exactOptional(),
});

/** Recorders create these; the API cannot. */
export const call_recordings: Resource = {
  name: 'call_recordings',
  generate: (generator) => ({
    objects: generator.many(generator.share(50, 6), (i, created) => recording(generator, i, created)),
    order: 'spread',
  }),
  routes: [
    searchRoute('POST /call-recordings/search', 'middle', 'call_recordings', {
      whenEmpty: 'absent',
      customFields: 'meeting',
      filters: {
        account_id: at('account_id', REFERENCE),
        source: at('source', SOME),
        title: at('title', ['equals', 'string_contains']),
        start_time: time('start_time'),
      },
    }),
    getRoute('GET /call-recordings/{id}', 'high', 'call_recordings'),
    route('PATCH /call-recordings/{id}', 'middle', updateRecording),
    route('DELETE /call-recordings/{id}', 'middle', (call) => removed(call, 'call_recordings')),
  ],
};

const TITLES = ['Quarterly review', 'Onboarding call', 'Renewal', 'Technical deep dive', 'Weekly check-in'];
const SOURCES = ['fathom', 'gong', 'grain', 'granola', 'custom_call_recorder'];

/** A recording is created some minutes after its call. */
function recording({ seed, traps, start, objects }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt('call_recordings'), index));
  const account = roll.pick(objects('accounts'));
  const contacts = objects('contacts');
  const minutes = 15 + roll.below(45);
  const ended = created - 10 * 60_000;
  const title = `${roll.pick(TITLES)} with ${account.name}`;
  const id = ids(seed, 'call_recordings').of(index);
  return {
    id,
    title: traps && index % 5 === 1 ? NASTY[index % NASTY.length] : title,
    account_id: index % 4 === 3 ? null : account.id,
    source: roll.pick(SOURCES),
    external_id: `rec-${index + 1}`,
    calendar_event_id: index % 2 === 0 ? `event-${index + 1}` : null,
    url: `https://files.pylon.example/recordings/${id}`,
    summary: index % 3 === 2 ? '' : `${sentence(roll)}. ${sentence(roll)}.`,
    start_time: instant(ended - minutes * 60_000),
    end_time: instant(ended),
    duration_ms: minutes * 60_000,
    participant_emails: [roll.pick(objects('users')).email, roll.pick(contacts).email].filter(
      (email) => typeof email === 'string',
    ),
    custom_fields: index % 2 === 0 ? { kind: { slug: 'kind', value: 'review' } } : {},
    created_at: instant(created),
    updated_at: updatedWithin(start, created, index % 20),
  };
}

/** An empty `account_id` clears the account. */
function updateRecording(call: Call): Reply {
  const { account_id, custom_fields } = bodyOf(call, update);
  const row = rowOf(call, 'call_recordings');
  const account =
    account_id === undefined
      ? {}
      : { account_id: account_id === '' ? null : referred(call, 'accounts', 'account_id', account_id).id };
  return change(call, 'call_recordings', row, {
    ...account,
    ...customFieldsAfter(call.state, 'meeting', row.object.custom_fields, custom_fields),
  });
}
