import { expect, test } from 'vitest';
import { newErrands } from './errands.ts';

const refused = new Error('refused');
const never = new Promise<never>(() => {});

test('what fails beside a test ends its wait, and each later one, and is told by the errand itself', async () => {
  const { keepDoing, unlessFailed } = newErrands();
  const failing = keepDoing(1, (n) => {
    if (n === 2) throw refused;
  });
  await expect(unlessFailed(never)).rejects.toBe(refused);
  await expect(unlessFailed(Promise.resolve('later'))).rejects.toBe(refused);
  await expect(failing.end()).rejects.toBe(refused);
});

test('what does not fail leaves a test alone, and is done no more once it is ended', async () => {
  const { keepDoing, unlessFailed } = newErrands();
  let done = 0;
  const errand = keepDoing(1, (n) => {
    done = n + 1;
  });
  await expect.poll(() => done).toBeGreaterThan(1);
  expect(await unlessFailed(Promise.resolve('all'))).toBe('all');
  await expect(unlessFailed(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  await errand.end();
  const before = done;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(done).toBe(before);
});
