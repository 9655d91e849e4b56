import { expect, test } from 'vitest';
import { createPylon } from '../../src/pylon/client.ts';
import { PylonError } from '../../src/pylon/errors.ts';
import { documentedLimits } from '../../src/pylon/limits/limits.ts';

const LARGEST = 10 * 1024 * 1024;

/** Sends a body of so many bytes to a Pylon that answers with a status; how often it was asked, and what came of it. */
async function send(bytes: number, status = 200) {
  let asked = 0;
  const pylon = createPylon({
    ...{ url: 'http://pylon.test', token: 'a-token', limits: documentedLimits('current'), share: 1 },
    nextOrder: () => 1n,
    fetch: async () => {
      asked += 1;
      return Response.json({ data: {} }, { status });
    },
  });
  // Two bytes a letter: bytes count, not characters.
  const text = 'é'.repeat((bytes - '{"title":""}'.length) / 2);
  const ended = await pylon
    .request({ method: 'PATCH', route: '/issues/{id}', params: { id: 'i1' }, body: { title: text } })
    .then(
      () => 'answered',
      (error: unknown) => error,
    );
  await pylon.close();
  return { asked, ended };
}

test('a body of ten mebibytes is sent; a larger one is refused before it is', async () => {
  expect(await send(LARGEST)).toEqual({ asked: 1, ended: 'answered' });
  const { asked, ended } = await send(LARGEST + 2);
  expect(asked).toBe(0);
  expect(ended).toBeInstanceOf(PylonError);
  expect(ended).toMatchObject({ status: 413, message: expect.stringContaining('at most 10485760') });
});

test('a 413 is a refusal for good: it is not tried again', async () => {
  const { asked, ended } = await send(100, 413);
  expect([asked, ended]).toEqual([1, expect.any(PylonError)]);
});
