import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const cwd = join(import.meta.dirname, '../docs/prometheus');
const promtool = async (...words: readonly string[]) =>
  (await promisify(execFile)('promtool', words, { cwd })).stdout;

test('Prometheus takes the rules', async () => {
  expect(await promtool('check', 'rules', 'rules.yml')).toContain('SUCCESS');
});

test('each alert tells of what it is for, and of nothing else', async () => {
  expect(await promtool('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
});
