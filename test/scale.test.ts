import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentedLimits } from '../src/pylon/limits/limits.ts';
import { secondsFor } from '../src/sync/pass/estimate.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/scale.md'), 'utf8');
const SHARE = 0.9;
const MESSAGES = 'GET /issues/{id}/messages';

const shown = (seconds: number) =>
  seconds < 3_600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;

test('the table of sizes is what the plan reckons', () => {
  const rows = [...PAGE.matchAll(/^\| ([\d,]+) \| ([\d,]+) \| (.+?) \| (.+?) \|$/gm)];
  expect(rows).toHaveLength(5);
  for (const [, issues = '', requests, current, legacy] of rows) {
    expect(requests).toBe(issues);
    const count = Number(issues.replaceAll(',', ''));
    const at = (era: 'current' | 'legacy') =>
      shown(secondsFor(count, documentedLimits(era).of(MESSAGES) * SHARE));
    expect([issues, current, legacy]).toEqual([issues, at('current'), at('legacy')]);
  }
  for (const era of ['current', 'legacy'] as const)
    expect(PAGE).toContain(`${documentedLimits(era).of(MESSAGES)} a minute`);
});
