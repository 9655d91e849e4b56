import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';

const cwd = join(import.meta.dirname, '../docs/prometheus');
const promtool = async (...words: readonly string[]) =>
  (await promisify(execFile)('promtool', words, { cwd })).stdout;

test('Prometheus takes the rules', async () => {
  expect(await promtool('check', 'rules', 'rules.yml')).toContain('SUCCESS');
});

test('Prometheus takes the configuration of the Compose file', async () => {
  expect(await promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
});

test('Prometheus takes every expression of the dashboard', async () => {
  const { panels } = JSON.parse(readFileSync(join(cwd, '../grafana/operations.json'), 'utf8')) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  const rules = panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
  const folder = mkdtempSync(join(tmpdir(), 'pylon-sync-rules-'));
  try {
    const file = join(folder, 'panels.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }));
    expect(await promtool('check', 'rules', file)).toContain(`${rules.length} rules found`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('each alert tells of what it is for, and of nothing else', async () => {
  expect(await promtool('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
});
