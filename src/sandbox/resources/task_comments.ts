import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { instant } from '../data/instants.ts';
import { COMMENTS } from '../data/plausible/office.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Child, Fields, Row } from '../data/rows.ts';
import { html } from '../data/words.ts';
import { bodyOf, filled } from '../routes/body.ts';
import { sanitized } from '../routes/html.ts';
import { notFound } from '../routes/refusal.ts';
import { type Call, listed, route, rowOf } from '../routes/route.ts';
import { change, create, nowIn, removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';
import { tokenUser } from './organizations.ts';

const creation = z.strictObject({ body_html: filled, is_internal: z.boolean().exactOptional() });
const update = z.strictObject({ body_html: filled });

export const task_comments: Resource = {
  name: 'task_comments',
  generate: (generator) => ({ parent: 'task_id', of: 'tasks', children: commentsOf(generator) }),
  routes: [
    route('GET /tasks/{id}/comments', 'high', (call) =>
      listed(call, 'task_comments', call.state.table('task_comments').under(rowOf(call, 'tasks').key)),
    ),
    route('POST /tasks/{id}/comments', 'middle', (call) => {
      const body = bodyOf(call, creation);
      const task_id = rowOf(call, 'tasks').key;
      return create(
        call,
        'task_comments',
        {
          task_id,
          body_html: sanitized(body.body_html),
          author: { user: tokenUser(call) },
          is_internal: body.is_internal ?? false,
          last_edited_at: null,
          created_at: nowIn(call),
          updated_at: nowIn(call),
        },
        { task_id },
      );
    }),
    route('PATCH /tasks/{id}/comments/{comment_id}', 'middle', (call) => {
      const body_html = sanitized(bodyOf(call, update).body_html);
      return change(call, 'task_comments', commentOf(call), { body_html, last_edited_at: nowIn(call) });
    }),
    route('DELETE /tasks/{id}/comments/{comment_id}', 'middle', (call) =>
      removed(call, 'task_comments', commentOf(call)),
    ),
  ],
  community: { renames: { description: 'body_html' } },
};

/** None, one or two for each task. */
function commentsOf(generator: Generator): readonly Child[] {
  const tasks = generator.objects('tasks');
  return tasks.flatMap(({ id }, i) =>
    Array.from({ length: i % 3 }, (_, k): Child => {
      const created = generator.spread(i, tasks.length) + (k + 1) * 90_000;
      return [comment(generator, i * 3 + k, `${id}`, created), { task_id: `${id}` }];
    }),
  );
}

function comment(
  { seed, traps, objects }: Generator,
  index: number,
  taskId: string,
  created: number,
): Fields {
  const roll = new Dice(mix(seed, salt('task_comments'), index));
  const user = roll.pick(objects('users'));
  return {
    id: ids(seed, 'task_comments').of(index),
    task_id: taskId,
    body_html: traps ? html(roll, 1) : `<p>${roll.pick(COMMENTS)}</p>`,
    author: { user: { id: user.id, email: user.email } },
    is_internal: index % 2 === 0,
    last_edited_at: index % 3 === 0 ? instant(created + 60_000) : null,
    created_at: instant(created),
    updated_at: instant(created + (index % 3 === 0 ? 60_000 : 0)),
  };
}

function commentOf(call: Call): Row {
  const comment = rowOf(call, 'task_comments', 'comment_id');
  if (comment.path.task_id !== rowOf(call, 'tasks').key) throw notFound('task comment');
  return comment;
}
