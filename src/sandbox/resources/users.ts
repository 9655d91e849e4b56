import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { addressOf, personNamed } from '../data/plausible/names.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { person, plain } from '../data/words.ts';
import { bodyOf, filled } from '../routes/body.ts';
import { pick } from '../routes/community.ts';
import { at, SOME } from '../routes/fields.ts';
import { wholeRoute } from '../routes/pages.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { change, referred } from '../routes/writes.ts';
import type { Resource } from './define.ts';

/** Users cannot be deleted. */
export const users: Resource = {
  name: 'users',
  referenceField: 'email',
  generate: (generator) => ({
    objects: Array.from({ length: Math.min(200, 12 + Math.floor(generator.settings.issues / 500)) }, (_, i) =>
      user(generator, i),
    ),
  }),
  routes: [
    wholeRoute('GET /users', 'high', 'users', {
      lastPageBare: true,
      keep: ({ object }, { query }) => object.is_deactivated !== true || query.include_deactivated === 'true',
    }),
    searchRoute('POST /users/search', 'middle', 'users', { filters: { email: at('email', SOME) } }),
    getRoute('GET /users/{id}', 'high', 'users'),
    route('PATCH /users/{id}', 'middle', updateUser),
  ],
  community: { object: (object) => pick(object, ['id', 'name', 'email', 'avatar_url', 'role_id', 'status']) },
};

/** Every seventh user is deactivated, which only an undocumented field shows. */
function user({ seed, traps, objects }: Generator, index: number): Fields {
  const roll = new Dice(mix(seed, salt('users'), index));
  const name = traps ? person(roll) : personNamed(seed, 'users', index);
  const email = traps ? `${plain(name)}.${index}@support.example` : addressOf(name, 'support.example');
  const role = roll.pick(objects('user_roles'));
  return {
    id: ids(seed, 'users').of(index),
    name,
    email,
    emails: index % 3 === 0 ? [email, email.replace('@', '@old.')] : [email],
    avatar_url: index % 2 === 0 ? `https://avatars.example/users/${index}.png` : '',
    role_id: role.id,
    role: { ...role },
    status: roll.pick(['active', 'away', 'out_of_office']),
    is_deactivated: index % 7 === 6,
  };
}

const update = z.strictObject({
  name: filled.exactOptional(),
  avatar_url: z.string().exactOptional(),
  role_id: z.string().exactOptional(),
  status: z.enum(['active', 'away', 'out_of_office']).exactOptional(),
});

function updateUser(call: Call): Reply {
  const body = bodyOf(call, update);
  const role =
    body.role_id === undefined ? {} : { role: referred(call, 'user_roles', 'role_id', body.role_id) };
  return change(call, 'users', rowOf(call, 'users'), { ...body, ...role });
}
