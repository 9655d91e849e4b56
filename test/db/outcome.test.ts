import { expect, test } from 'vitest';
import { outcomeFromJson } from '../../src/db/settle/outcome.ts';
import { issues } from '../../src/resources/issues.ts';

test('an outcome that an earlier version saved is read with the names of today', () => {
  const saved = { resource: 'issues', record: 'i1', facts: {}, alsoReread: [] };
  const [edit, former] = [
    { id: 1, event: 'hold', conflicting: ['title'] },
    { id: 1, event: 'hold', held: ['title'] },
  ];
  const read = { ...saved, is: 'updated', resource: issues, editOutcomes: [edit] };
  expect(outcomeFromJson({ ...saved, is: 'updated', editOutcomes: [edit] })).toEqual(read);
  expect(outcomeFromJson({ ...saved, is: 'told', editOutcomes: [former] })).toEqual(read);
  expect(outcomeFromJson({ ...saved, is: 'told', fates: [former] })).toEqual(read);
  expect(outcomeFromJson({ ...saved, is: 'not deleted', fate: former })).toEqual({
    ...{ ...saved, is: 'not deleted', resource: issues, editOutcome: edit },
  });
});
