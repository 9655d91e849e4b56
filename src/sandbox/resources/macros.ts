import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant } from '../data/instants.ts';
import { MACROS, textAt } from '../data/plausible/office.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { html, sentence } from '../data/words.ts';
import { bodyOf, filled, texts } from '../routes/body.ts';
import { sanitized } from '../routes/html.ts';
import { wholeRoute } from '../routes/pages.ts';
import { getRoute, route, rowOf } from '../routes/route.ts';
import { change, create, nowIn, referred, same } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const common = {
  conditions: z.unknown().optional(),
  text_type: z.enum(['reply', 'note', 'email']).exactOptional(),
  visibility: z
    .strictObject({
      type: z.enum(['org', 'user', 'team', 'users_and_teams']),
      team_ids: texts.exactOptional(),
      user_ids: texts.exactOptional(),
    })
    .exactOptional(),
};
const creation = z.strictObject({ ...common, macro_group_id: filled, name: filled, text_html: z.string() });
const update = z.strictObject({
  ...common,
  macro_group_id: z.string().exactOptional(),
  name: filled.exactOptional(),
  text_html: z.string().exactOptional(),
});

/** Macros cannot be deleted. */
export const macros: Resource = {
  name: 'macros',
  generate: (generator) => ({
    objects: generator.many(12, (i, created) => macro(generator, i, created)),
    order: 'spread',
  }),
  routes: [
    wholeRoute('GET /macros', 'high', 'macros', {
      paged: false,
      keep: ({ object }, { query }) =>
        query.macro_group_id === undefined || object.macro_group_id === query.macro_group_id,
    }),
    getRoute('GET /macros/{id}', 'high', 'macros'),
    route('POST /macros', 'high', (call) => {
      const body = bodyOf(call, creation);
      referred(call, 'macro_groups', 'macro_group_id', body.macro_group_id);
      return create(call, 'macros', {
        text_type: 'reply',
        visibility: { type: 'org', user_ids: null, team_ids: null },
        has_actions: false,
        actions: [],
        created_at: nowIn(call),
        updated_at: nowIn(call),
        ...same(body, ['name', 'macro_group_id', 'text_type', 'visibility']),
        text_html: sanitized(body.text_html),
      });
    }),
    route('PATCH /macros/{id}', 'high', (call) => {
      const body = bodyOf(call, update);
      if (body.macro_group_id) referred(call, 'macro_groups', 'macro_group_id', body.macro_group_id);
      return change(call, 'macros', rowOf(call, 'macros'), {
        ...same(body, ['name', 'macro_group_id', 'text_type', 'visibility']),
        ...(body.text_html === undefined ? {} : { text_html: sanitized(body.text_html) }),
      });
    }),
  ],
};

function macro({ seed, traps, objects }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt('macros'), index));
  const groups = objects('macro_groups');
  const [name, text_html] = traps ? [sentence(roll)] : textAt(MACROS, index);
  return {
    id: ids(seed, 'macros').of(index),
    name,
    macro_group_id: groups[index % groups.length]?.id,
    text_html: text_html ?? html(roll, 1),
    text_type: ['reply', 'note', 'email'][index % 3],
    has_actions: index % 2 === 0,
    actions: index % 2 === 0 ? [{ type: 'set_issue_state' }, { type: 'set_issue_tags' }] : [],
    visibility:
      index % 4 === 0
        ? { type: 'user', user_ids: [roll.pick(objects('users')).id], team_ids: [] }
        : { type: 'org', user_ids: null, team_ids: null },
    created_at: instant(created),
    updated_at: instant(created + DAY),
  };
}
