import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant, updatedWithin } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { bodyOf, filled, time } from '../routes/body.ts';
import { idOf, pick } from '../routes/community.ts';
import { getRoute, route, rowOf } from '../routes/route.ts';
import { change, create, dates, nowIn, reference, referred, removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';

const creation = z.strictObject({
  name: filled,
  project_id: filled,
  account_id: z.string().exactOptional(),
  due_date: time.exactOptional(),
});
const update = z.strictObject({ name: filled.exactOptional(), due_date: time.exactOptional() });

/** There is no list of milestones: their ids come with what refers to them. */
export const milestones: Resource = {
  name: 'milestones',
  generate: (generator) => ({
    objects: generator.many(generator.objects('projects').length * 2 + 1, (i, created) =>
      milestone(generator, i, created),
    ),
    order: 'spread',
  }),
  routes: [
    getRoute('GET /milestones/{id}', 'high', 'milestones'),
    route('POST /milestones', 'high', (call) => {
      const body = bodyOf(call, creation);
      const project = referred(call, 'projects', 'project_id', body.project_id);
      return create(call, 'milestones', {
        due_date: null,
        ...dates(body, ['due_date']),
        name: body.name.trim(),
        project: { id: project.id },
        account: body.account_id
          ? reference(call, 'accounts', 'account_id', body.account_id)
          : project.account,
        created_at: nowIn(call),
        updated_at: nowIn(call),
      });
    }),
    route('PATCH /milestones/{id}', 'high', (call) => {
      const body = bodyOf(call, update);
      const name = body.name === undefined ? {} : { name: body.name.trim() };
      return change(call, 'milestones', rowOf(call, 'milestones'), { ...name, ...dates(body, ['due_date']) });
    }),
    route('DELETE /milestones/{id}', 'high', (call) => removed(call, 'milestones')),
  ],
  community: {
    bare: true,
    renames: { title: 'name' },
    object: (object) => ({
      ...pick(object, ['id', 'due_date']),
      title: object.name,
      project_id: idOf(object.project) ?? null,
    }),
  },
};

/** Two in each project; the last milestone is in none. */
function milestone({ seed, start, objects }: Generator, index: number, created: number): Fields {
  const owner = objects('projects')[Math.floor(index / 2)];
  return {
    id: ids(seed, 'milestones').of(index),
    name: ['Kick-off', 'Go-live'][index % 2],
    project: owner === undefined ? null : { id: owner.id },
    account: owner?.account ?? null,
    due_date: index % 3 === 0 ? null : instant(created + 20 * DAY),
    created_at: instant(created),
    updated_at: updatedWithin(start, created, index % 7),
  };
}
