import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { allowSlowLinks } from '../../src/cli/process/network.ts';
import { reasonOf } from '../../src/errors.ts';

/** Two addresses of one name: the one that answers comes first, at the other nobody is. */
const lookup: LookupFunction = (_host, _options, callback) =>
  callback(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ]);

const reach = (port: number) => {
  const socket = connect({ host: 'two.example', port, lookup });
  onTestFinished(() => void socket.destroy());
  return socket;
};

const LISTEN = `const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));`;

test('a host of several addresses is reached although it takes its time to answer', async () => {
  allowSlowLinks();
  const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout, 'data');
  const port = Number(printed);
  // While it sleeps and its queue is full, a connection is answered at the second asking, a second later.
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  for (let full = false; !full; ) {
    const one = connect(port, '127.0.0.1');
    waiting.push(one.on('error', () => {}));
    const timer = new Promise((resolve) => setTimeout(resolve, 100, 'full'));
    full = (await Promise.race([once(one, 'connect'), timer])) === 'full';
  }
  const slow = reach(port);
  setTimeout(() => child.kill('SIGCONT'), 400);
  await once(slow, 'connect');
  for (const one of waiting) one.destroy();
});

test('a host none of whose addresses answers is said to be so in words', async () => {
  const [error] = (await once(
    reach(1).on('error', () => {}),
    'error',
  )) as [Error];
  expect(error).toBeInstanceOf(AggregateError);
  expect(reasonOf(new Error('cannot use it', { cause: error }))).toBe(
    'cannot use it: connect ECONNREFUSED 127.0.0.1:1, connect ECONNREFUSED 127.0.0.2:1',
  );
});
