import { expect } from 'vitest';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';
import { resourceNamed } from '../../src/resources/index.ts';
import { test } from '../helpers/backfill-workspace.ts';
import { MORE_THAN_A_PAGE } from '../helpers/sandbox.ts';

test('tells how long the children of many parents take, from the first of them on', async ({ open }) => {
  const { backfill } = await open({
    ...{ issues: 90, limits: 'current', minuteMs: 1_000 },
    // The last listing takes one more page, so that the end is told.
    mostMessages: MORE_THAN_A_PAGE,
  });
  await backfill({ resources: [resourceNamed('issues')] });
  const told: (readonly [left: number | undefined, covered: number | undefined])[] = [];
  await backfill({
    resources: [resourceNamed('issue_messages')],
    client: { limits: documentedLimits('current', 1_000) },
    onProgress: ({ remainingRequests, covered, secondsLeft, state }) => {
      if (state === 'running' && remainingRequests !== undefined) {
        told.push([remainingRequests, covered]);
        // 120 a second.
        expect(secondsLeft).toBe(Math.ceil(remainingRequests / 120));
      }
    },
  });
  const left = told.map(([remaining]) => remaining ?? 0);
  expect(left[0]).toBeGreaterThan(80);
  expect(left.at(-1)).toBeLessThan(5);
  expect(left).toEqual(left.toSorted((a, b) => b - a));
  expect(told.at(-1)?.[1]).toBeGreaterThan(0.9);
});
