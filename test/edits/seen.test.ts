import { describe, expect, test } from 'vitest';
import { attributeChanges } from '../../src/edits/attribution.ts';
import type { Values } from '../../src/edits/merge.ts';

const KINDS = { title: 'value', state: 'value', tags: 'set', custom_fields: 'custom_fields' } as const;
const edit = (id: number, base: Values, changes: Values) => ({ id, base, changes });
const known = { title: 'a', state: 'new', tags: ['x'], custom_fields: { plan: 'free' } };

describe('what edits made of a record', () => {
  test('is what Pylon is seen to hold as they want it', () => {
    const edits = [edit(1, { title: 'a' }, { title: 'b' }), edit(2, { state: 'new' }, { state: 'closed' })];
    const remote = { ...known, title: 'b', state: 'on_hold' };
    expect(attributeChanges(edits, known, remote, KINDS)).toEqual({
      steps: [{ edit: 1, was: known, becomes: { ...known, title: 'b' } }],
      after: { ...known, title: 'b' },
    });
  });

  test('is followed edit by edit, field by field', () => {
    const edits = [
      edit(
        1,
        { title: 'a', custom_fields: { plan: 'free' } },
        { title: 'b', custom_fields: { plan: 'gold' } },
      ),
      edit(2, { tags: ['x'] }, { tags: ['x', 'y'] }),
    ];
    const first = { ...known, title: 'b', custom_fields: { plan: 'gold' } };
    const after = { ...first, tags: ['x', 'y'] };
    expect(attributeChanges(edits, known, after, KINDS)).toEqual({
      steps: [
        { edit: 1, was: known, becomes: first },
        { edit: 2, was: first, becomes: after },
      ],
      after,
    });
  });

  test('is as Pylon has tidied it', () => {
    const { after } = attributeChanges(
      [edit(1, { title: 'a' }, { title: ' b ' })],
      known,
      { ...known, title: 'b' },
      KINDS,
    );
    expect(after.title).toBe('b');
  });

  test('of a set is what they added and took away, not what others did', () => {
    const { after } = attributeChanges(
      [edit(1, { tags: ['x'] }, { tags: ['y'] })],
      known,
      { ...known, tags: ['y', 'z'] },
      KINDS,
    );
    expect(after.tags).toEqual(['y']);
  });

  test('of a set is nothing as long as part of it is not there', () => {
    const edits = [edit(1, { tags: ['x'] }, { tags: ['x', 'y', 'z'] })];
    expect(attributeChanges(edits, known, { ...known, tags: ['x', 'y'] }, KINDS)).toEqual({
      steps: [],
      after: known,
    });
  });

  test('is what they say where nobody has seen Pylon', () => {
    const edits = [edit(1, { title: 'a' }, { title: ' b ' }), edit(2, { tags: [] }, { tags: ['y'] })];
    const { steps, after } = attributeChanges(edits, known, undefined, KINDS);
    expect(steps.map((step) => step.edit)).toEqual([1, 2]);
    expect(after).toEqual({ ...known, title: ' b ', tags: ['x', 'y'] });
  });

  test('leaves out the fields that somebody else is said to have changed', () => {
    const edits = [edit(1, { title: 'a', state: 'new' }, { title: 'b', state: 'closed' })];
    const remote = { ...known, title: 'b', state: 'closed' };
    const { after } = attributeChanges(edits, known, remote, KINDS, (_, { column }) => column !== 'state');
    expect(after).toEqual({ ...known, title: 'b' });
  });

  test('is nothing where Pylon shows none of it', () => {
    expect(attributeChanges([edit(1, { title: 'a' }, { title: 'b' })], known, known, KINDS)).toEqual({
      steps: [],
      after: known,
    });
  });
});
