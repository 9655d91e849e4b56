import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { describe, expect } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import { type Port, SECRET, withoutDatabase as test } from './serving.ts';

const sign = (body: string, secret = SECRET) => createHmac('sha256', secret).update(body).digest('hex');

const BODY = '{"object": "issue", "id": "i1"}';

function post(
  port: Port,
  body: RequestInit['body'],
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${port.url}/webhooks/pylon`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);
}

const signed = (port: Port, body: string) => post(port, body, { 'x-pylon-signature': sign(body) });

describe('a webhook', () => {
  test('that is signed queues what it names: 202', async ({ port }) => {
    const opened = await port.open();
    const answer = await signed(opened, BODY);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ queued: [{ resource: 'issues', id: 'i1' }] });
    expect(opened.hinted).toEqual([[{ resource: 'issues', id: 'i1' }]]);
  });

  test('is signed as the bytes that were sent, whatever they mean', async ({ port }) => {
    const opened = await port.open();
    const body = '{ "issue" : { "id" : "i1" , "title" : "Grüße 🐘" } }\n';
    expect((await signed(opened, body)).status).toBe(202);
  });

  test.for<[what: string, headers: Record<string, string>]>([
    ['has no signature', {}],
    ['has an empty one', { 'x-pylon-signature': '' }],
    ['has that of another secret', { 'x-pylon-signature': sign(BODY, 'another-secret-of-some-length') }],
    ['has that of another body', { 'x-pylon-signature': sign(`${BODY} `) }],
    ['has one in capitals', { 'x-pylon-signature': sign(BODY).toUpperCase() }],
    ['has one cut short', { 'x-pylon-signature': sign(BODY).slice(0, 62) }],
    ['has one and more', { 'x-pylon-signature': `${sign(BODY)}00` }],
    ['has it in another header', { 'pylon-webhook-signature': sign(BODY) }],
  ])('that %s is refused and nothing done: 401', async ([, headers], { port }) => {
    const opened = await port.open();
    const answer = await post(opened, BODY, headers);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: 'X-Pylon-Signature is not that of this body' });
    expect(opened.hinted).toEqual([]);
  });

  test.for(['', 'no JSON', '{"issue_id": "i1"', '{}', '[]', '{"object": "issue", "id": ""}', '{"id": "i1"}'])(
    'that says %j is refused and nothing done: 400',
    async (body, { port }) => {
      const opened = await port.open();
      expect((await signed(opened, body)).status).toBe(400);
      expect(opened.hinted).toEqual([]);
    },
  );

  test('is judged by its signature before anything is read out of it: 401, not 400', async ({ port }) => {
    expect((await post(await port.open(), 'no JSON')).status).toBe(401);
  });

  test('is no text where it is not UTF-8: 400', async ({ port }) => {
    const opened = await port.open();
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    expect((await post(opened, body, { 'x-pylon-signature': signature })).status).toBe(400);
  });

  test('may have a megabyte, and no more: 413', async ({ port }) => {
    const opened = await port.open();
    const padded = (bytes: number) => BODY.padEnd(bytes, ' ');
    expect((await signed(opened, padded(1024 * 1024))).status).toBe(202);
    expect((await signed(opened, padded(1024 * 1024 + 1))).status).toBe(413);
    expect(opened.hinted).toHaveLength(1);
  });

  test('that says it is too large is refused before it is sent: 413', async ({ port }) => {
    const { url } = await port.open();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'POST /webhooks/pylon HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2000000\r\n\r\n',
    );
    expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('that does not say how large it is, is read no further than it may be: 413', async ({ port }) => {
    const opened = await port.open();
    let sent = 0;
    const endless = new ReadableStream({
      pull(stream) {
        sent += 65_536;
        stream.enqueue(new Uint8Array(65_536).fill(32));
        if (sent > 64 * 1024 * 1024) stream.close();
      },
    });
    // The port may hang up on a sender that does not listen.
    const status = await post(opened, endless, { 'x-pylon-signature': sign('') }).then(
      (answer) => answer.status,
      () => 'hung up',
    );
    expect([413, 'hung up']).toContain(status);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    expect(opened.hinted).toEqual([]);
    expect((await opened.get('/healthz')).status).toBe(200);
  });

  test('whose sender hangs up in the middle is no fault of ours', async ({ port }) => {
    const lines: string[] = [];
    const opened = await port.open({ log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }) });
    const socket = connect(Number(new URL(opened.url).port), '127.0.0.1');
    socket.write('POST /webhooks/pylon HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"issue_id"');
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await signed(opened, BODY)).status).toBe(202);
    expect([lines, opened.hinted.length]).toEqual([[], 1]);
  });

  test('while nothing can be noted is to come again: 503', async ({ port }) => {
    const opened = await port.open({
      hint: async () => {
        throw new Error('connect ECONNREFUSED');
      },
    });
    const answer = await signed(opened, BODY);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(await answer.json()).toEqual({ error: 'the database is away' });
  });

  test('that is sent again and again has its record read once: 202', async ({ port }) => {
    const opened = await port.open();
    for (let times = 0; times < 5; times += 1) expect((await signed(opened, BODY)).status).toBe(202);
    expect(opened.hinted).toHaveLength(1);
  });

  test('is nothing that can be got: 404', async ({ port }) => {
    expect((await (await port.open()).get('/webhooks/pylon')).status).toBe(404);
  });

  test('is not taken without a secret, signed or not: 404', async ({ port }) => {
    const opened = await port.open({ webhookSecret: undefined });
    expect((await signed(opened, BODY)).status).toBe(404);
    expect(opened.hinted).toEqual([]);
  });

  test('is counted by what became of it', async ({ port }) => {
    const metrics = createMetrics();
    const opened = await port.open({ metrics });
    await signed(opened, BODY);
    await signed(opened, '{}');
    await post(opened, BODY);
    expect(metrics.webhooks()).toEqual({ accepted: 1, refused: 2 });
    const lines = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('pylon_sync_webhooks_total'));
    expect(lines.sort()).toEqual([
      'pylon_sync_webhooks_total{outcome="accepted"} 1',
      'pylon_sync_webhooks_total{outcome="malformed"} 1',
      'pylon_sync_webhooks_total{outcome="unsigned"} 1',
    ]);
  });
});
