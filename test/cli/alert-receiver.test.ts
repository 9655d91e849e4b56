import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newAlerts } from '../../src/cli/runtime/outgoing/alerts.ts';
import { newCourier } from '../../src/cli/runtime/outgoing/courier.ts';
import { formatOf } from '../../src/cli/runtime/outgoing/format.ts';
import { newSend } from '../../src/cli/runtime/outgoing/receiver.ts';
import { answerInWords, request } from '../../src/cli/runtime/outgoing/request.ts';
import type { Setup } from '../../src/cli/runtime/setup.ts';
import { inspectConfig, readConfig } from '../../src/config.ts';
import { watchLease } from '../../src/db/lease/lease-watch.ts';
import { createLog } from '../../src/log.ts';
import { concealing, Secret } from '../../src/secret.ts';
import { type Message, plain, titleOf } from '../../src/sync/alerts/message.ts';
import { run } from '../helpers/command.ts';
import { openReceiver, type Received } from '../helpers/receiver.ts';

const MESSAGE: Message = {
  ...{ id: 'msg_1', title: 'pylon-sync, Acme' },
  lines: [{ text: '40 edits are refused by Pylon', command: 'pylon-sync edits list --state failed' }],
};

const NOTHING: Received = { method: '', path: '', headers: {}, body: '' };

/** What of a process alerts need, with the lines of its log. */
function processWith(env: Record<string, string>) {
  const config = readConfig(env, { token: false });
  const conceal = concealing([config.alerts?.url, config.alerts?.secret]);
  const lines: string[] = [];
  const stop = new AbortController();
  const log = createLog({
    ...{ level: 'debug', format: 'json', colour: false, conceal },
    write: (line) => lines.push(line),
  });
  const tempo = { heartbeatMs: 3_000, expiryMs: 10_000 };
  const setup = {
    ...{ config, conceal, log, signal: stop.signal, env: {}, fetch, version: '1.2.3', tempo },
  } as unknown as Setup;
  return { setup, lines, stop };
}

describe('an alert', () => {
  test.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr', 'base64'],
    ['a secret of one’s own, of any characters', 'utf8'],
  ] as const)('is signed as Standard Webhooks says, with %s', async (secret, form) => {
    const { url, received } = await openReceiver();
    const { setup } = processWith({ PYLON_SYNC_ALERT_URL: url, PYLON_SYNC_ALERT_SECRET: secret });
    const send = newSend(setup, setup.config.alerts as never, () => 1_772_366_400_999);
    expect(await send(MESSAGE, setup.signal)).toEqual({ status: 200, text: 'ok', waitMs: undefined });
    const [{ method, path, headers, body } = NOTHING] = received;
    expect([method, path]).toEqual(['POST', '/hooks/SECRET-PATH-1?key=SECRET-KEY-1']);
    expect(headers).toMatchObject({
      ...{ 'content-type': 'application/json', 'user-agent': 'pylon-sync/1.2.3' },
      ...{ 'webhook-id': 'msg_1', 'webhook-timestamp': '1772366400' },
    });
    expect(JSON.parse(body)).toEqual({
      text: 'pylon-sync, Acme: 40 edits are refused by Pylon\n`pylon-sync edits list --state failed`',
    });
    // The specification's own words: the id, the time and the body, joined by dots.
    const key = Buffer.from(secret.replace(/^whsec_/, ''), form);
    const signed = createHmac('sha256', key).update(`msg_1.1772366400.${body}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
  });

  test('is an Adaptive Card for Power Automate, or where that is asked for', async () => {
    expect(
      [
        'https://prod-12.westus.logic.azure.com:443/workflows/x',
        'https://default1.11.environment.api.powerplatform.com/powerautomate/x',
        'https://acme.webhook.office.com/webhookb2/x',
        'https://hooks.slack.com/services/x',
        'https://logic.azure.com.example.com/x',
      ].map(formatOf),
    ).toEqual(['teams', 'teams', 'teams', 'text', 'text']);
    const { url, received } = await openReceiver();
    const { setup } = processWith({ PYLON_SYNC_ALERT_URL: url, PYLON_SYNC_ALERT_FORMAT: 'teams' });
    await newSend(setup, setup.config.alerts as never)(MESSAGE, setup.signal);
    const { type, attachments } = JSON.parse(received[0]?.body ?? '');
    expect([type, attachments[0].contentType, attachments[0].content.type]).toEqual([
      ...['message', 'application/vnd.microsoft.card.adaptive', 'AdaptiveCard'],
    ]);
    expect(attachments[0].content.body.map(({ text }: { text: string }) => text)).toEqual([
      ...['pylon-sync, Acme', '40 edits are refused by Pylon', 'pylon-sync edits list --state failed'],
    ]);
    expect(received[0]?.headers['webhook-signature']).toBeUndefined();
  });

  test('is text to a chat, whatever the name of a workspace', () => {
    expect(titleOf('<!channel> @all `x`\n\u202eAcme')).toBe("pylon-sync, ‹!channel› @\u200ball 'x' Acme");
    expect(plain('a & b, 5 @ 3')).toBe('a & b, 5 @ 3');
  });
});

describe('a receiver', () => {
  const address = (url: string) => new Secret(url);
  const ask = async (url: string, mostMs?: number) => {
    const { setup } = processWith({});
    return answerInWords(await request(setup, address(url), { method: 'POST', body: '{}' }, mostMs));
  };

  test('that redirects is not followed', async () => {
    const { url, received } = await openReceiver((response) =>
      response.writeHead(301, { location: '/elsewhere' }).end(),
    );
    expect(await ask(url)).toBe('it answered 301, and redirects are not followed');
    expect(received).toHaveLength(1);
  });

  test('that answers without end, or nothing, or slowly, is left in time', async () => {
    const endless = await openReceiver((response) => {
      response.writeHead(400);
      const pour = () => {
        while (!response.destroyed && response.write('no '.repeat(10_000))) {}
        response.once('drain', pour);
      };
      pour();
    });
    expect(await ask(endless.url)).toMatch(/^it answered 400 \((no ){60}/);
    const silent = await openReceiver(() => {});
    await expect(ask(silent.url, 20)).rejects.toThrow('no answer within 20 ms');
    const slow = await openReceiver((response) => response.writeHead(200).write('o'));
    await expect(ask(slow.url, 20)).rejects.toThrow('no answer within 20 ms');
  });

  test('with a user in its address gets a login, which fetch alone refuses', async () => {
    const { port, received } = await openReceiver();
    expect(await ask(`http://me:p%40ss@127.0.0.1:${port}/x`)).toBe('it answered 200 (ok)');
    expect(received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    const conceal = concealing([address('http://me:p%40ss@127.0.0.1/hooks/SECRET')]);
    expect(conceal('http://me:p%40ss@127.0.0.1/hooks/SECRET')).toBe('http://me:***@127.0.0.1/***');
  });
});

describe('a courier', () => {
  test('tries again, ever later or when it is asked to, and says why without the address', async () => {
    const answers = [503, 429, 404, 200];
    // The first is no date, whatever `Date.parse` takes it for.
    const asks = [{ 'retry-after': 'soon 2099' }, { 'retry-after': '60' }];
    const { url, received } = await openReceiver((response, n) =>
      response.writeHead(answers[n - 1] ?? 200, asks[n - 1] ?? {}).end('no_service'),
    );
    const { setup, lines } = processWith({ PYLON_SYNC_ALERT_URL: url });
    const waits: number[] = [];
    const courier = newCourier({
      ...{ setup, send: newSend(setup, setup.config.alerts as never), random: () => 0 },
      wait: async (ms) => void waits.push(ms),
    });
    courier.carry(MESSAGE);
    courier.carry(MESSAGE);
    await courier.idle();
    courier.carry(MESSAGE);
    await courier.idle();
    expect(waits).toEqual([5_000, 60_000, 20_000]);
    expect([...courier.taken]).toEqual(['msg_1']);
    expect(new Set(received.map(({ body, headers }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
    expect(received).toHaveLength(4);
    expect(lines.join('')).toContain('PYLON_SYNC_ALERT_URL: it answered 404 (no_service)');
    expect(lines.join('')).not.toContain('SECRET');
  });

  test('holds up no end, and leaves a message to another process when it is told to', async () => {
    const silent = await openReceiver(() => {});
    for (const end of ['stop', 'rest'] as const) {
      const { setup, stop } = processWith({ PYLON_SYNC_ALERT_URL: silent.url });
      const courier = newCourier({ setup, send: newSend(setup, setup.config.alerts as never) });
      courier.carry(MESSAGE);
      if (end === 'stop') stop.abort(new Error('stopped'));
      else courier.rest();
      await courier.idle();
      expect([...courier.taken]).toEqual([]);
    }
  });
});

describe('a database that is away', () => {
  test('is told from memory after two minutes, once, and so is its return', async () => {
    const { url, texts } = await openReceiver();
    const { setup } = processWith({ PYLON_SYNC_ALERT_URL: url });
    let now = 0;
    const alerts = newAlerts(setup, { command: 'test', watch: watchLease(), now: () => now });
    const at = (minutes: number, what: 'databaseAway' | 'databaseBack') => {
      now = minutes * 60_000;
      alerts?.[what]();
    };
    at(0, 'databaseAway');
    at(1.9, 'databaseAway');
    at(1.95, 'databaseBack');
    for (const minutes of [3, 4.9, 5.1, 6]) at(minutes, 'databaseAway');
    await expect.poll(texts).toHaveLength(1);
    at(8, 'databaseBack');
    at(8.1, 'databaseBack');
    await expect
      .poll(texts)
      .toEqual([
        'pylon-sync: for 2m 06s the database cannot be used, so nothing is read and no edit is sent\n`pylon-sync check`',
        'pylon-sync: Over after 5m 00s: the database cannot be used, so nothing is read and no edit is sent',
      ]);
    // Soon again: told no sooner than ten minutes after the last time.
    for (const minutes of [9, 12, 15]) at(minutes, 'databaseAway');
    at(15.2, 'databaseAway');
    await expect.poll(texts).toHaveLength(3);
  });
});

describe('alert --test', () => {
  test('sends one and says what came back', async () => {
    const { url, texts } = await openReceiver((response, n) =>
      n === 1 ? response.end('ok') : response.writeHead(404).end('no_team'),
    );
    expect(await run(['alert', '--test'], { PYLON_SYNC_ALERT_URL: url })).toEqual({
      ...{ status: 0, stdout: expect.stringMatching(/^msg_\w+ is sent: it answered 200 \(ok\)\n$/) },
      stderr: '',
    });
    expect(texts()).toEqual(['pylon-sync: a test: alerts of pylon-sync arrive here\n`pylon-sync status`']);
    expect(await run(['alert', '--test'], { PYLON_SYNC_ALERT_URL: url })).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: 'pylon-sync: PYLON_SYNC_ALERT_URL: it answered 404 (no_team)\n',
    });
  });

  test('says what is missing, and what keeps it from sending', async () => {
    expect(await run(['alert', '--test'])).toMatchObject({
      ...{ status: 2, stderr: expect.stringContaining('PYLON_SYNC_ALERT_URL is not set') },
    });
    expect(await run(['alert'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--test') });
    const gone = { PYLON_SYNC_ALERT_URL: 'http://127.0.0.1:2/SECRET-PATH' };
    const { status, stderr } = await run(['alert', '--test'], gone);
    expect([status, stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
    expect(stderr).not.toContain('SECRET');
  });

  test('names every variable that cannot be used, and shows none of the secrets', () => {
    const { problems, warnings } = inspectConfig(
      {
        ...{ PYLON_SYNC_ALERT_URL: 'ftp://SECRET', PYLON_SYNC_ALERT_SECRET: 'whsec_too+short=' },
        ...{ PYLON_SYNC_ALERT_FORMAT: 'slack', PYLON_SYNC_ALERT_LAG: '5' },
      },
      { token: false },
    );
    expect(problems.map(({ message }) => message.replace(/: takes.*/, ''))).toEqual([
      'PYLON_SYNC_ALERT_URL (its value is not shown)',
      'PYLON_SYNC_ALERT_SECRET (its value is not shown)',
      'PYLON_SYNC_ALERT_FORMAT is "slack"',
      'PYLON_SYNC_ALERT_LAG is "5"',
    ]);
    expect(warnings).toEqual([]);
    expect(inspectConfig({ PYLON_SYNC_ALERT_FORMAT: 'text' }, { token: false }).warnings).toEqual([
      'PYLON_SYNC_ALERT_FORMAT has no effect: PYLON_SYNC_ALERT_URL is not set',
    ]);
  });
});
