import { expect, test } from 'vitest';
import { captureUpdate } from '../../src/db/capture/queueing/capture-update.sql.ts';
import { tags } from '../../src/resources/tags.ts';
import { value } from '../../src/resources/writes.ts';

test('a text that looks like a column of the row stays as it is in what captures an update', () => {
  const writes = {
    columns: { value: value() },
    impossible: [
      {
        column: 'value',
        when: ({ is }: { is: (column: string) => string }) => `${is('value')} = 'OLD.value'`,
        because: 'OLD.value was renamed',
      },
    ],
  };
  const made = captureUpdate({ ...tags, writes }, writes);
  expect(made).toContain(`pair."new_value" = 'OLD.value'`);
  expect(made).toContain("'OLD.value was renamed'");
});
