import { expect } from 'vitest';
import type { TestDatabase } from '../helpers/database.ts';
import { beDue, editsIn, push, statesIn } from '../helpers/edits.ts';
import { type Mirrored, test } from '../helpers/session.ts';
import { writeRequests } from '../helpers/write-requests.ts';

const firstOf = ({ sandbox }: Mirrored, resource: string) =>
  String([...sandbox.world.all(resource)][0]?.object.id);
const query = ({ pool }: TestDatabase, text: string) => pool.query(text);

test('what Pylon makes of a value whose answer was lost is nobody else’s change', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const { sandbox } = mirrored;
  const [account, task] = [firstOf(mirrored, 'accounts'), firstOf(mirrored, 'tasks')];
  await query(
    database,
    `UPDATE pylon.accounts SET tags = '{VIP}', domains = '{New.Example}', primary_domain = 'New.Example' WHERE id = '${account}';
     UPDATE pylon.tasks SET due_date = now(), body_html = '<p>Hi <b>you</b></p><script>x</script>' WHERE id = '${task}'`,
  );
  for (const table of ['accounts', 'tasks'])
    sandbox.faults.add({ endpoint: `PATCH /${table}/{id}`, kind: 'lost-answer' });
  await push(mirrored, { requestTimeoutMs: 1 });
  expect(await statesIn(database)).toEqual(['pending', 'pending']);
  sandbox.world.patch('accounts', account, {
    ...{ tags: ['vip'], domains: ['new.example'], primary_domain: 'new.example' },
  });
  sandbox.world.patch('tasks', task, { body_html: '<p>Hi <strong>you</strong></p>' });
  await beDue(database);
  await push(mirrored, { requestTimeoutMs: 1 });
  expect(await editsIn(database)).toMatchObject([
    { state: 'applied', held: null },
    { state: 'applied', held: null },
  ]);
  expect(writeRequests(sandbox)).toHaveLength(2);
  const { rows } = await query(database, `SELECT tags, domains FROM pylon.accounts WHERE id = '${account}'`);
  expect(rows).toEqual([{ tags: ['vip'], domains: ['new.example'] }]);
});

test('an edit over a draft of the same field is sent, and the draft gives way to it', async ({
  mirror,
  database,
}) => {
  const mirrored = await mirror({ issues: 5 });
  const { sandbox } = mirrored;
  const id = firstOf(mirrored, 'issues');
  const draft = (set: string) =>
    query(
      database,
      `BEGIN; SET LOCAL pylon_sync.draft = on; UPDATE pylon.issues SET ${set} WHERE id = '${id}'; COMMIT`,
    );
  await draft("title = 'Draft'");
  await draft("title = 'Draft on draft', state = 'on_hold'");
  await query(database, `UPDATE pylon.issues SET title = title || ', edited' WHERE id = '${id}'`);
  await draft("title = 'Later draft'");
  await push(mirrored);
  expect(await editsIn(database)).toMatchObject([
    { state: 'discarded', error: 'superseded by edit 3' },
    { state: 'draft' },
    { state: 'applied' },
    { state: 'draft' },
    // What the second asked of the title, as an edit of its own.
    { state: 'discarded', changes: { title: 'Draft on draft' } },
  ]);
  expect(sandbox.world.get('issues', id)).toMatchObject({ title: 'Draft on draft, edited' });
  // Drafts of what the edit did not touch, and those from after it, stand and start from what Pylon holds now.
  expect((await query(database, `SELECT title, state FROM pylon.issues WHERE id = '${id}'`)).rows).toEqual([
    { title: 'Later draft', state: 'on_hold' },
  ]);
  await query(database, 'SELECT pylon_sync.approve_edits(ARRAY[4])');
  await push(mirrored);
  expect((await statesIn(database))[3]).toBe('applied');
});
