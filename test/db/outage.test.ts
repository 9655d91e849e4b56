import { describe, expect, test } from 'vitest';
import { statusText } from '../../src/cli/render/status-text.ts';
import { attentionOf } from '../../src/db/status/attention.ts';
import type { Status } from '../../src/db/status/status.ts';
import type { PylonReach } from '../../src/db/workspace/reach.ts';
import { editCounts, mirrorStatus, NOW, resourceStatus, runStatus } from '../helpers/status-fixtures.ts';

const DOWN: PylonReach = { down_since: '2026-03-01T11:46:00.400Z', last: 'GET /me: 503' };
const failing = (resource: string, at: string) =>
  resourceStatus(resource, {
    failing: { kind: 'changes', error: `POST /${resource}/search: 503`, at },
    last_run: runStatus({ outcome: 'failed' }),
  });
const late = { schedule: 'changes', cron: '* * * * *', since: '2026-03-01T11:45:00Z', seconds: 900 } as const;

/** 27 resources of which two failed in the outage, one did before, one is being read and one is late. */
function outage(pylon: PylonReach | null): Status {
  return mirrorStatus({
    pylon,
    resources: [
      failing('issues', '2026-03-01T11:46:00Z'),
      failing('tasks', '2026-03-01T11:50:00Z'),
      failing('surveys', '2026-03-01T09:00:00Z'),
      resourceStatus('projects', { last_run: runStatus({ outcome: 'running' }) }),
      resourceStatus('audit_logs', { late: [late] }),
      ...Array.from({ length: 22 }, (_, index) => resourceStatus(`other_${index}`)),
    ],
    edits: editCounts({ pending: 2, sending: 1, conflict: 1 }, 900),
  });
}

describe('an outage of Pylon', () => {
  test('is one matter: since when, and what waits; what is wrong besides is told of as ever', () => {
    const matters = attentionOf(outage(DOWN));
    expect(matters.map(({ kind }) => kind)).toEqual(['pylon', 'failing', 'edits']);
    expect(matters[0]?.what).toBe(
      'Pylon has answered nothing for 14m 00s, since 2026-03-01T11:46:00.400Z (GET /me: 503): 3 readings and 3 edits wait, and go on by themselves when it answers',
    );
    expect(matters[1]?.what).toMatch(/^surveys fails/);
  });

  test('is over when Pylon answers: what fails and is late by then is told of by itself', () => {
    for (const up of [null, { down_since: null, last: null }])
      expect(attentionOf(outage(up)).map(({ kind }) => kind)).toEqual([
        ...['failing', 'failing', 'failing', 'late', 'edits'],
      ]);
  });

  test('stands above the resources in the status for eyes', () => {
    const [line] = statusText(outage(DOWN), NOW).match(/^pylon .*$/m) ?? [];
    expect(line).toBe('pylon      answers nothing since 2026-03-01T11:46:00.400Z (14m 00s ago)');
    expect(statusText(outage(null), NOW)).not.toMatch(/^pylon /m);
  });
});
