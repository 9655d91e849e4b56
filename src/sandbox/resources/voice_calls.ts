import type { Generator } from '../data/generator.ts';
import { instant } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Row } from '../data/rows.ts';
import { sentence } from '../data/words.ts';
import { route } from '../routes/route.ts';
import type { Resource } from './define.ts';
import { issueChildren } from './issues/children.ts';
import { allOfIssue } from './issues/find.ts';
import { cameByPhone, historyOf } from './issues/history.ts';

/** A recording is left out until its transcript is ready; the address of its audio is signed anew at every read. */
export const voice_calls: Resource = {
  name: 'voice_calls',
  generate: (generator) => ({
    table: issueChildren(generator, {
      make: (index, issueId) => callsOf(generator, index, issueId),
      sizeOf: (index) => (cameByPhone(index) ? 1 : 0),
      issueOf: (key) => ids(generator.seed, 'voice_calls').indexOf(key),
    }),
  }),
  routes: [
    route('GET /issues/{id}/voice-calls', 'middle', (call) => allOfIssue(call, 'voice_calls'), {
      whenEmpty: 'null',
    }),
  ],
};

/** One of each issue that came by phone, nearly all of them with a recording. */
function callsOf(generator: Generator, issue: number, issueId: string): Row[] {
  if (!cameByPhone(issue)) return [];
  const { seed } = generator;
  const roll = new Dice(mix(seed, salt('voice_calls'), issue));
  const key = ids(seed, 'voice_calls').of(issue);
  const created = historyOf(generator).times[issue] ?? 0;
  const segment = (speaker: string) => ({ speaker, text: `${sentence(roll)}.` });
  const recording = {
    id: `recording-${issue}`,
    download_url: `https://files.example/calls/${issue}.mp3`,
    transcript_segments: [segment('Agent'), segment('Customer'), segment('Agent')],
  };
  const object = {
    id: key,
    from_phone_number: `+4930${1_000_000 + roll.below(8_000_000)}`,
    to_phone_number: '+498912345',
    duration_sec: 60 + roll.below(900),
    recordings: issue % 50 === 37 ? [] : [recording],
    created_at: instant(created),
  };
  return [{ key, created: 0, path: { issue_id: issueId }, raw: false, object }];
}
