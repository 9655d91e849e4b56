import type { Generator } from '../data/generator.ts';
import { instant } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { at, SOME, TEXT, time } from '../routes/fields.ts';
import { pagedRoute } from '../routes/pages.ts';
import { searchRoute } from '../routes/search.ts';
import type { Resource } from './define.ts';

export const audit_logs: Resource = {
  name: 'audit_logs',
  generate: (generator) => ({
    objects: generator.many(generator.share(10, 40), (i, happened) => entry(generator, i, happened)),
    order: 'spread',
  }),
  routes: [
    pagedRoute('GET /audit-logs', 'high', 'audit_logs'),
    searchRoute('POST /audit-logs/search', 'low', 'audit_logs', {
      filters: {
        action: at('action', [...SOME, ...TEXT]),
        action_happened_at: time('action_happened_at'),
      },
    }),
  ],
};

function entry({ seed, objects }: Generator, index: number, happened: number): Fields {
  const roll = new Dice(mix(seed, salt('audit_logs'), index));
  const account = roll.pick(objects('accounts'));
  return {
    id: ids(seed, 'audit_logs').of(index),
    action: roll.pick(['account.updated', 'issue.deleted', 'user.login', 'api_token.created']),
    action_happened_at: instant(happened),
    created_at: instant(happened + 1_000),
    actor_user_id: index % 4 === 3 ? null : roll.pick(objects('users')).id,
    actor_contact_id: index % 4 === 3 ? roll.pick(objects('contacts')).id : null,
    object_type: 'account',
    object_id: account.id,
    source: index % 2 === 0 ? 'api' : 'app',
    link: index % 3 === 0 ? null : 'https://app.pylon.example/settings',
    attributes: { ip: `192.0.2.${index % 255}` },
    metadata: index % 2 === 0 ? { before: { name: 'old' }, after: { name: account.name } } : null,
  };
}
