import { z } from 'zod';
import { ids } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { bodyOf, filled, texts } from '../routes/body.ts';
import { idAlone, listOf } from '../routes/community.ts';
import { wholeRoute } from '../routes/pages.ts';
import { type Call, getRoute, route, rowOf } from '../routes/route.ts';
import { change, create, distinct, reference } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const NAMES = ['Support', 'Escalations', 'Billing', 'Onboarding', 'Solutions'];

const body = z.strictObject({ name: filled.exactOptional(), user_ids: texts.exactOptional() });

/** Teams cannot be deleted. */
export const teams: Resource = {
  name: 'teams',
  generate: ({ seed, objects }) => ({
    objects: NAMES.map((name, i) => team(seed, objects('users'), name, i)),
  }),
  routes: [
    wholeRoute('GET /teams', 'high', 'teams'),
    getRoute('GET /teams/{id}', 'high', 'teams'),
    route('POST /teams', 'low', (call) => {
      const { name, user_ids } = bodyOf(call, body);
      return create(call, 'teams', { name: name?.trim() ?? '', users: members(call, user_ids ?? []) });
    }),
    route('PATCH /teams/{id}', 'middle', (call) => {
      const { name, user_ids } = bodyOf(call, body);
      return change(call, 'teams', rowOf(call, 'teams'), {
        ...(name === undefined ? {} : { name: name.trim() }),
        ...(user_ids === undefined ? {} : { users: members(call, user_ids) }),
      });
    }),
  ],
  community: { object: (object) => ({ ...object, users: listOf(object.users).map(idAlone) }) },
};

/** The users in turn; the last team has none. */
function team(seed: number, users: readonly Fields[], name: string, index: number): Fields {
  const isIn = (_: Fields, i: number) => index < NAMES.length - 1 && i % NAMES.length === index;
  return {
    id: ids(seed, 'teams').of(index),
    name,
    users: users.filter(isIn).map(({ id, email }) => ({ id, email })),
  };
}

const members = (call: Call, ids: readonly string[]) =>
  distinct(ids).map((id) => reference(call, 'users', 'user_ids', id));
