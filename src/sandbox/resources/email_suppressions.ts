import type { Generator } from '../data/generator.ts';
import { instant } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { pagedRoute } from '../routes/pages.ts';
import type { Resource } from './define.ts';

export const email_suppressions: Resource = {
  name: 'email_suppressions',
  generate: (generator) => ({
    objects: generator.many(generator.share(80, 5), (i, created) => suppression(generator, i, created)),
    order: 'spread',
  }),
  routes: [pagedRoute('GET /email-suppressions', 'high', 'email_suppressions')],
};

function suppression({ seed }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt('email_suppressions'), index));
  const bounced = index % 3 !== 2;
  return {
    id: ids(seed, 'email_suppressions').of(index),
    email: `gone-${index + 1}@nowhere.example`,
    reason: bounced ? 'bounce' : 'complaint',
    bounce_details: bounced ? { code: roll.pick(['5.1.1', '5.2.1']), message: 'mailbox unavailable' } : null,
    created_at: instant(created),
  };
}
