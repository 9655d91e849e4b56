import { expect } from 'vitest';
import { showPush } from '../../src/cli/render/push-text.ts';
import { previewEdits } from '../../src/sync/push/preview.ts';
import { allowOperations } from '../helpers/edit-permissions.ts';
import { test } from '../helpers/session.ts';

test('what would be sent says what its slugs and ids stand for', async ({ mirror, database }) => {
  const mirrored = await mirror({ issues: 5 });
  await allowOperations(database, 'update');
  const { rows } = await database.pool.query(
    `UPDATE pylon.issues SET state = 'ON HOLD', title = 'closed', custom_fields = custom_fields || '{"priority": "Urgent", "area": ["Frontend", "security"]}',
            assignee_id = (SELECT id FROM pylon.users WHERE _deleted_at IS NULL AND name IS NOT NULL AND id IS DISTINCT FROM assignee_id ORDER BY id LIMIT 1)
      WHERE id = (SELECT id FROM pylon.issues WHERE state <> 'on_hold' ORDER BY id LIMIT 1)
      RETURNING assignee_id, (SELECT name FROM pylon.users AS u WHERE u.id = assignee_id)`,
  );
  const { rows: states } = await database.pool.query(
    "SELECT label FROM pylon.issue_statuses WHERE id = 'on_hold'",
  );
  const previews = await previewEdits(mirrored.session.ctx, { allow: ['update'], policy: () => 'hold' });
  const [user] = rows;
  expect(previews[0]?.meanings).toEqual([
    { field: 'state', word: states[0]?.label, value: 'on_hold' },
    { field: 'assignee_id', word: user?.name, value: user?.assignee_id },
    { field: 'custom_fields.area', word: 'Frontend', value: 'frontend' },
    { field: 'custom_fields.area', word: 'Security', value: 'security' },
    { field: 'custom_fields.priority', word: 'Urgent', value: 'urgent' },
  ]);
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0 };
  showPush({ states: {}, previews }, { stdout: stream, stderr: stream } as never);
  const stdout = written.join('');
  expect(stdout).toContain(`\n#   state: ${states[0]?.label} → on_hold\n#   assignee_id: `);
  expect(stdout).toContain('\n#   custom_fields.priority: Urgent → urgent\nPATCH /issues/');
});
