import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../.github/workflows');
const workflows = readdirSync(FOLDER).map(
  (name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const,
);

/** Rights beyond reading that a workflow asks for. */
const WRITES: Readonly<Record<string, readonly string[]>> = { 'release.yml': ['id-token', 'packages'] };

describe.for(workflows)('%s', ([name, text]) => {
  test('runs only actions of a known commit', () => {
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^\.\/|@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  test('has no more rights than its jobs need', () => {
    expect(text).toMatch(/^permissions: ?(\{\}|\n {2}contents: read)\n/m);
    const writes = [...text.matchAll(/^ +([a-z-]+): write\b/gm)].map(([, right]) => right);
    expect(writes).toEqual(WRITES[name] ?? []);
    expect(text).not.toContain('pull_request_target');
  });
});
