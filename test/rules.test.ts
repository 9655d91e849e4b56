import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const rules = read('docs/prometheus/rules.yml');
const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);

test('each alert of Prometheus has a section of the runbook, and each section an alert', () => {
  const sections = [...read('docs/runbook.md').matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(sections.toSorted()).toEqual(alerts.toSorted());
  for (const name of alerts) expect(rules).toContain(`runbook: docs/runbook.md#${name.toLowerCase()}\n`);
});

test('each alert is tested', () => {
  const tested = new Set(
    [...read('docs/prometheus/rules.test.yml').matchAll(/alertname: (\w+)\n +exp_alerts/g)].map(
      ([, name]) => name,
    ),
  );
  expect(alerts.filter((name) => !tested.has(name))).toEqual([]);
});

test('rules ask for metrics that the daemon exports', () => {
  const exported = `${read('src/http/gauges.ts')}${read('src/http/metrics.ts')}`;
  const asked = new Set([...rules.matchAll(/\bpylon_sync_([a-z_]+)/g)].map(([, name = '']) => name));
  expect(asked.size).toBeGreaterThan(12);
  for (const name of asked) expect(exported).toMatch(new RegExp(`'(?:pylon_sync_)?${name}'`));
});
