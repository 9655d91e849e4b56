import type { Generator } from '../data/generator.ts';
import { Dice, mix, salt } from '../data/random.ts';
import type { Child, Fields } from '../data/rows.ts';
import { sentence } from '../data/words.ts';
import type { Resource } from './define.ts';
import { historyOf } from './issues/history.ts';

/** Evidence has no id. It is only in the answer for one feature request, asked for by its id. */
export const feature_request_evidence: Resource = {
  name: 'feature_request_evidence',
  key: (object, path) =>
    `${path.feature_request_id}:${object.source_type}:${object.source_id ?? object.external_url}`,
  generate: (generator) => ({
    parent: 'feature_request_id',
    of: 'feature_requests',
    children: generator
      .objects('feature_requests')
      .flatMap((request, i) => evidenceOf(generator, request, i)),
  }),
  routes: [],
};

/** As much evidence as the feature request counts: issues, and one call. */
function evidenceOf(generator: Generator, request: Fields, index: number): readonly Child[] {
  const { seed, objects, settings } = generator;
  const { id } = historyOf(generator);
  const roll = new Dice(mix(seed, salt('feature_request_evidence'), index));
  const accounts = objects('accounts');
  return Array.from({ length: Number(request.evidence_count) }, (_, k): Child => {
    const source =
      k === 2
        ? { source_type: 'call_recording', external_url: `https://gong.example/call/${index}` }
        : { source_type: 'issue', source_id: id.of((index + k) % settings.issues) };
    const account_id = accounts[(index + k) % accounts.length]?.id ?? null;
    return [
      { ...source, account_id, summary: `They say: ${sentence(roll)}.` },
      { feature_request_id: `${request.id}` },
    ];
  });
}
