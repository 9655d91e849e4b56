import { expect, test } from 'vitest';
import { remembered } from '../../src/sandbox/data/remembered.ts';
import { test as served } from './client.ts';

test('what is remembered is made once, and again only when more was asked for than is kept', () => {
  const made: number[] = [];
  const square = remembered((n: number) => {
    made.push(n);
    return n * n;
  }, 2);
  expect([square(3), square(3), square(4), square(3)]).toEqual([9, 9, 16, 9]);
  expect(made).toEqual([3, 4]);
  expect([square(5), square(3)]).toEqual([25, 9]);
  expect(made).toEqual([3, 4, 5, 3]);
});

served(
  'a sandbox tells of each request as it arrives, and of each object as it is stored',
  async ({ open }) => {
    const told: string[] = [];
    const client = await open({
      issues: 2,
      onRequest: ({ endpoint, status }) => told.push(`${endpoint} ${status}`),
      onStore: (resource, { title }) => told.push(`${resource} ${title}`),
    });
    const { world } = client.sandbox;
    const id = String([...world.all('issues')][0]?.object.id);
    await client.send('PATCH', `/issues/${id}`, { title: 'Changed' });
    world.patch('issues', id, { title: 'By hand' });
    expect(told).toEqual(['PATCH /issues/{id} 0', 'issues Changed', 'issues By hand']);
  },
);
