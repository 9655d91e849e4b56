import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * Where one object is taken from an answer without a look at whose it is: nobody asked for it by the id that Pylon gave
 * it.
 */
const EXEMPT = {
  'pylon/answer.ts': 'the look itself',
  'sync/deletions/look-up.ts':
    'a hint that names no row of ours may be the number of an issue or the external id of an account',
  'sync/edits/lost/find-made.ts':
    'an import whose answer was lost is looked for by its number, and compared with what was asked for',
  'sync/edits/make.ts': 'a file that was uploaded bears an id that is new',
  'sync/edits/remote.ts': 'what a create has made bears an id that is new',
  'sync/enumerate/all.ts': 'the path names no record',
  'sync/session/workspace.ts': 'GET /me names no record',
};

test('whoever asks Pylon for one record by its id looks whether that is what was answered', () => {
  const root = new URL('../../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('sandbox'),
  );
  const found = files.filter((file) => readFileSync(new URL(file, root), 'utf8').includes('unwrapObject('));
  expect(found.toSorted()).toEqual(Object.keys(EXEMPT));
});
