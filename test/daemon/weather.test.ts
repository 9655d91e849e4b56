import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../src/sandbox/server/faults.ts';
import { type Launched, logOf } from '../helpers/command.ts';
import {
  type DaemonWorkspace,
  openDaemonWorkspace,
  TOO_SLOW,
  untilMirrored,
} from '../helpers/daemon-workspace.ts';
import { openProxy, type Proxy as Port } from '../helpers/proxy.ts';
import { FEW_MESSAGES } from '../helpers/sandbox.ts';

/** One daemon, whose way to Pylon goes through a port that can be closed. */
let workspace: DaemonWorkspace;
let port: Port;
let daemon: Launched;

const TIMEOUT = 240_000;
const WITHIN_MS = 150_000;
/** Changes that are made while something lasts, and how far apart: each finds the daemon in another state. */
const CHANGES = 4;
const APART_MS = 400;
/** What shows that the daemon has met it: requests, or attempts at them that failed. */
const MET = 12;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  workspace = await openDaemonWorkspace({
    sandbox: { issues: 12, mostMessages: FEW_MESSAGES },
    env: { PYLON_SYNC_LIST_SCHEDULE: '*/3 * * * * *' },
  });
  port = await openProxy(workspace.sandbox.url);
  daemon = workspace.launch(['start'], { PYLON_API_URL: port.url });
  await daemon.until('"pass":"backfill"');
}, TIMEOUT);
afterAll(async () => {
  await workspace.close();
  await port.close();
}, TIMEOUT);

let made = 0;

/** Something of everything happens in Pylon, whether anyone can see it or not. */
function change(): void {
  const { world } = workspace.sandbox;
  const [issue, other] = [...world.all('issues')].map(({ object }) => String(object.id));
  made += 1;
  world.patch('issues', issue ?? '', { title: `Changed ${made}` });
  world.addMessage(other ?? '', { message_html: `<p>${made}</p>` });
  world.create('issues', { title: `New ${made}`, state: 'new' });
  const [contact] = world.all('contacts');
  world.patch('contacts', String(contact?.object.id), { name: `Renamed ${made}` });
}

/** What the daemon asked for, and said, while something lasted and until the mirror was equal again. */
async function through(begin: () => Promise<void> | void, end: () => Promise<void> | void) {
  const { sandbox } = workspace;
  const last = [...sandbox.world.all('contacts')].at(-1);
  const [from, said] = [sandbox.requests.length, logOf(daemon).length];
  const met = () => sandbox.requests.length - from + failed(logOf(daemon).slice(said)).length;
  const begun = performance.now();
  await begin();
  for (let made = 0; made < CHANGES; made += 1) {
    change();
    await sleep(APART_MS);
  }
  await expect.poll(met, { timeout: WITHIN_MS }).toBeGreaterThan(MET);
  sandbox.world.remove('contacts', String(last?.object.id));
  const asked = sandbox.requests.slice(from).map(({ method, path }) => `${method} ${path}`);
  const during = logOf(daemon).slice(said);
  const most = MOST_A_SECOND * Math.ceil((performance.now() - begun) / 1_000);
  await end();
  await untilMirrored(workspace, { withinMs: WITHIN_MS });
  return { asked, during, most, lines: logOf(daemon).slice(said) };
}

const failed = (lines: readonly Readonly<Record<string, unknown>>[]) =>
  lines.filter(({ msg }) => msg === 'request failed, trying again');

/**
 * How often one endpoint is asked at most in a second while something lasts, whatever the answers: something is due each
 * second, for several records side by side, and is tried a few times. A loop asks some hundred times a second.
 */
const MOST_A_SECOND = 40;

/** How often the one that came most often did. */
function mostOfOne(asked: readonly string[]): number {
  const times = new Map<string, number>();
  for (const each of asked) times.set(each, (times.get(each) ?? 0) + 1);
  return Math.max(0, ...times.values());
}

/** What is said louder than it lasted. */
const loud = (lines: readonly Readonly<Record<string, unknown>>[]) =>
  lines
    .filter(({ level, msg }) => level !== 'info' && !TOO_SLOW.test(String(msg)))
    .map(({ level, msg }) => `${level}: ${msg}`);

describe('no row is lost, nothing loops and nobody is woken up', { timeout: TIMEOUT }, () => {
  test('while Pylon is down', async () => {
    const { during, most, lines } = await through(
      () => port.close(),
      () => port.open(),
    );
    const attempts = failed(during);
    expect(attempts.length).toBeGreaterThan(0);
    expect(mostOfOne(attempts.map(({ endpoint }) => String(endpoint)))).toBeLessThan(most);
    expect(loud(lines)).toEqual([]);
  });

  test.each<[string, Omit<Fault, 'endpoint'>]>([
    ['is slow', { kind: 'slow', delayMs: 2_500 }],
    ['answers pages for people', { kind: 'html' }],
    ['is behind a proxy that has lost it', { kind: 'html', status: 502 }],
    ['is asked too much by others', { kind: '429', retryAfter: 2 }],
    ['cuts connections', { kind: 'reset' }],
    ['cuts answers', { kind: 'truncate' }],
  ])('while Pylon %s', async (_, fault) => {
    const { faults, requests } = workspace.sandbox;
    const { asked, most, lines } = await through(
      () => faults.add({ endpoint: '*', ...fault, times: 1_000_000 }),
      () => faults.clear(),
    );
    expect(loud(lines)).toEqual([]);
    expect(asked).not.toEqual([]);
    expect(mostOfOne(asked)).toBeLessThan(most);
    expect(requests.some(({ ownLimit }) => ownLimit)).toBe(false);
  });
});

test('a daemon that is begun while Pylon is down waits for it', { timeout: TIMEOUT }, async () => {
  const other = await openDaemonWorkspace({
    sandbox: { issues: 10 },
    env: { PYLON_SYNC_RESOURCES: 'users,issues' },
  });
  onTestFinished(() => other.close());
  const way = await openProxy(other.sandbox.url);
  onTestFinished(() => way.close());
  await way.close();
  const waiting = other.launch(['start'], { PYLON_API_URL: way.url });
  const begun = performance.now();
  await waiting.until('request failed, trying again', 3);
  expect(logOf(waiting).length).toBeLessThan(50 * Math.ceil((performance.now() - begun) / 1_000));
  await way.open();
  await untilMirrored(other, { withinMs: WITHIN_MS, names: ['users', 'issues'] });
});
