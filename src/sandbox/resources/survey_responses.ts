import type { Generator } from '../data/generator.ts';
import { instant, parseInstant } from '../data/instants.ts';
import { verdictOf } from '../data/plausible/office.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Child, Fields, Row } from '../data/rows.ts';
import { behind } from '../data/tables/memory.ts';
import { sentence } from '../data/words.ts';
import { limitOf, PAGE, pageOf, placeOf } from '../routes/pages.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, type Reply, route, rowOf } from '../routes/route.ts';
import type { Resource } from './define.ts';

export const survey_responses: Resource = {
  name: 'survey_responses',
  generate: (generator) => {
    const surveys = generator.objects('surveys');
    const responses = generator.many(generator.share(20, 30), (i, at) => response(generator, i, at));
    return {
      parent: 'survey_id',
      children: responses.map(
        (object, i): Child => [object, { survey_id: `${surveys[i % surveys.length]?.id}` }],
      ),
    };
  },
  routes: [route('GET /surveys/{id}/responses', 'high', listResponses)],
};

function response({ seed, traps, objects }: Generator, index: number, submitted: number): Fields {
  const roll = new Dice(mix(seed, salt('survey_responses'), index));
  const reviewer = new Dice(mix(seed, salt('verdicts'), index));
  const score = traps ? undefined : 10 - Math.min(reviewer.below(11), reviewer.below(11));
  return {
    id: ids(seed, 'survey_responses').of(index),
    account_id: index % 7 === 6 ? null : roll.pick(objects('accounts')).id,
    contact_id: roll.pick(objects('contacts')).id,
    submitted_at: instant(submitted),
    answers: [
      {
        prompt: 'How likely are you to recommend us?',
        question_type: 'score',
        value: `${score ?? roll.below(11)}`,
      },
      ...(index % 2 === 0
        ? [
            {
              prompt: 'Why?',
              question_type: 'comment',
              value: score === undefined ? sentence(roll) : verdictOf(score),
            },
          ]
        : []),
    ],
  };
}

/** Newest first, between two times of submission if these are given. */
function listResponses(call: Call): Reply {
  const survey = rowOf(call, 'surveys');
  const { account_id, contact_id, limit, cursor } = call.query;
  const after = bound(call, 'submitted_after') ?? Number.NEGATIVE_INFINITY;
  const before = bound(call, 'submitted_before') ?? Number.POSITIVE_INFINITY;
  const passes = ({ object }: Row) => {
    const submitted = parseInstant(object.submitted_at) ?? 0;
    return (
      submitted > after &&
      submitted < before &&
      (account_id === undefined || object.account_id === account_id) &&
      (contact_id === undefined || object.contact_id === contact_id)
    );
  };
  const rows = [...call.state.table('survey_responses').under(survey.key)].reverse();
  const rest = behind(rows, placeOf(cursor), 'newest');
  return pageOf(call, 'survey_responses', rest, limitOf(limit, PAGE), passes);
}

function bound(call: Call, name: string): number | undefined {
  const text = call.query[name];
  const time = parseInstant(text);
  if (text !== undefined && time === undefined) throw badRequest(`${name} must be a time in RFC 3339`);
  return time;
}
