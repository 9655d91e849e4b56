import { describe, expect } from 'vitest';
import { publishFollowedTypes } from '../../src/db/workspace/followed-types.ts';
import { saveReach } from '../../src/db/workspace/reach.ts';
import { resources } from '../../src/resources/index.ts';
import { newProgress } from '../../src/sync/pass/progress.ts';
import { asDaemon } from '../helpers/as-daemon.ts';
import { fill, HOSTILE } from './filled.ts';
import { NOWHERE, type Port, SECRET, TOKEN, test } from './serving.ts';

async function load(port: Port): Promise<string> {
  const answer = await port.get('/');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
  return answer.text();
}

/** The words of a page, as they are read. */
function wordsOf(html: string): string {
  const text = html.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
  const entities: Record<string, string> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&amp;': '&',
  };
  return text.replace(/&\w+;|&#39;/g, (entity) => entities[entity] ?? entity).replace(/\s+/g, ' ');
}

const words = async (port: Port) => wordsOf(await load(port));

describe('the page', () => {
  test('shows what status shows, and more', async ({ port, mirror }) => {
    await fill(mirror);
    const text = await words(await port.open());
    for (const shown of [
      'pylon-sync 1.2.3',
      `Acme ${HOSTILE}`,
      'Needs a person',
      'this process at work, up ',
      `test (process ${process.pid} on `,
      `surveys fails: GET /surveys: 502 ${HOSTILE}`,
      'tasks: a scan missed 1,200 of 4,000 rows, so nothing was deleted. If they are gone from Pylon: pylon-sync reconcile --approve 1',
      '1 edit is in conflict: the same was changed here and in Pylon, or deleted here and changed there pylon-sync edits list --state conflict',
      'edits on their way 3 1 applied in 24 hours, the longest for ',
      'contacts: the last reconciliation corrected 3 rows',
      `live rows 3 in ${resources.length} tables`,
      'rows deleted 2 in 24 hours',
      'missed changes 3 found and corrected by the last comparisons; 1 of 400 rows that were read again at random in 7 days',
      'edits to decide 1 1 in conflict',
      'request limits used 100 % at most, by GET /issues/{id}/messages',
      'at least 3h 10m left , for the limit of GET /issues/{id}/messages',
      'issue_messages 41 % 20,520 requests to go',
      'GET /issues/{id}/messages 108 of 108 540 queued',
      'GET /knowledge-bases/{id}/articles 0 of 27 2 queued, paused for',
      'issues changes changes running 0 0 0',
      `audit_logs unavailable 1m`,
      `GET /audit-logs: 403 ${HOSTILE}`,
      `issues i9 ${HOSTILE} `,
      `absent from GET /issues ${HOSTILE}, GET /issues/{id} answers 404`,
      'issue_messages m1',
      'went with its parent i9',
      'seen again',
      'Webhooks: 0 taken, 0 refused since the start.',
    ])
      expect(text).toContain(shown);
  });

  test('shows no drift where nothing was compared yet', async ({ port, mirror }) => {
    await fill(mirror);
    const html = await load(await port.open());
    const driftOf = (resource: string) => {
      const row = new RegExp(`<tr>\\s*<th scope="row">${resource}<.*?</tr>`, 's').exec(html)?.[0] ?? '';
      return [...row.matchAll(/<td class="num widest">(.*?)<\/td>/g)].map(([, cell = '']) =>
        wordsOf(cell).trim(),
      )[1];
    };
    expect(['contacts', 'users', 'issues', 'teams'].map(driftOf)).toEqual(['3', '0', '1', '–']);
  });

  test('names the types of custom objects that nobody follows any more', async ({ port, mirror }) => {
    await publishFollowedTypes(mirror.orm, ['license']);
    await asDaemon(
      mirror.pool,
      "INSERT INTO pylon.custom_objects (id, type) VALUES ('o1', 'license'), ('o2', 'gadget'), ('o3', 'widget')",
    );
    const open = await port.open();
    expect(await words(open)).toContain(
      'Not read: custom objects of type gadget, widget: PYLON_SYNC_CUSTOM_OBJECTS does not name them',
    );
    await publishFollowedTypes(mirror.orm, ['gadget', 'license', 'widget']);
    expect(await words(await port.open())).not.toContain('Not read');
  });

  test('holds no mark-up that anyone else has written', async ({ port, mirror }) => {
    await fill(mirror);
    const html = await load(await port.open());
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  });

  test('loads nothing and lets nobody embed it', async ({ port, mirror }) => {
    await fill(mirror);
    const answer = await (await port.open()).get('/');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const html = await answer.text();
    const addresses = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
    expect(addresses.filter((address) => !/^(data:|\/reports$|\/metrics$|\/readyz$)/.test(address))).toEqual(
      [],
    );
    expect(html.replace(/<style>.*?<\/style>/s, '')).not.toMatch(/\sstyle=|@import|url\(/);
  });

  test('shows no secret, whoever has let it slip', async ({ port, mirror }) => {
    await mirror.pool.query(
      `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, started_at, finished_at, token)
       VALUES ('users', 'lists', 'failed', $1, now(), now(), 1)`,
      [`Authorization: Bearer ${TOKEN}`],
    );
    const opened = await port.open();
    opened.activity.trouble = `the secret is ${SECRET}`;
    const html = await load(opened);
    expect(html).not.toContain(TOKEN);
    expect(html).not.toContain(SECRET);
    expect(html).toContain('Bearer ***');
  });
});

describe('the state at the top', () => {
  test('is good when everything is', async ({ port }) => {
    expect(await words(await port.open())).toContain('Up to date Everything has been read');
  });

  test('tells of the first reading', async ({ port }) => {
    const opened = await port.open();
    opened.activity.complete = false;
    expect(await words(opened)).toContain('Filling Everything is being read for the first time.');
  });

  test('comes with what this process reads, until there is a plan', async ({ port, mirror }) => {
    const opened = await port.open();
    const progress = { ...newProgress('users', 'GET /users'), state: 'running' as const, read: 7 };
    opened.activity.progress.set('users', progress);
    expect(await words(opened)).not.toContain('First read');
    opened.activity.complete = false;
    expect(await words(opened)).toContain('First read by this process users running, 7 read');
    await fill(mirror);
    await expect.poll(() => words(opened)).toContain('First read as of ');
  });

  test('of a standby names who keeps the mirror', async ({ port }) => {
    const opened = await port.open();
    const holder = { command: 'pylon-sync start', host: 'db-1', pid: 7, space: '' };
    Object.assign(opened.activity, { role: 'standby', holder });
    expect(await words(opened)).toContain(
      'Standing by pylon-sync start (process 7 on db-1) keeps this mirror; this process takes over when that one ends.',
    );
  });

  test('of a process that starts or stops says so', async ({ port }) => {
    const opened = await port.open({ watch: () => undefined });
    opened.activity.role = 'starting';
    expect(await words(opened)).toContain('Starting The process is getting its database ready.');
    opened.activity.role = 'stopping';
    expect(await words(opened)).toContain('Stopping The process has been asked to stop.');
  });

  test('tells what the process waits for', async ({ port }) => {
    const opened = await port.open();
    opened.activity.trouble = `Pylon is away ${HOSTILE}`;
    const text = await words(opened);
    expect(text).toContain('In trouble The process retries by itself');
    expect(text).toContain(`What is wrong Pylon is away ${HOSTILE}`);
  });

  test('has one headline for an outage of Pylon, and shows nothing as up to date meanwhile', async ({
    port,
    mirror,
  }) => {
    await fill(mirror);
    const before = await words(await port.open());
    expect(before).toContain('contacts up to date');
    const since = new Date(Date.now() - 180_000).toISOString();
    await saveReach(mirror.orm, { down_since: since, last: 'GET /me: 503' });
    const text = await words(await port.open());
    expect(text).toContain('Pylon does not answer Until it does, nothing is read and no edit is sent');
    expect(text).toContain(`since ${since} (GET /me: 503): `);
    expect(text).not.toContain('surveys fails');
    expect(text).not.toContain('up to date');
    expect(text).toContain('contacts waits for Pylon');
  });

  test('says that nothing is read with a refused token', async ({ port, mirror }) => {
    await mirror.pool.query(
      `INSERT INTO pylon_sync.runs (resource, kind, outcome, error, started_at, finished_at, token)
       VALUES ('users', 'lists', 'failed', 'GET /users: 401 unauthorized', now(), now(), 1)`,
    );
    expect(await words(await port.open())).toContain(
      'Needs a person Nothing is read until the token works again.',
    );
  });
});

describe('without a database', () => {
  test('the page says so, and shows what the process knows', async ({ port }) => {
    const watch = port.watch(NOWHERE);
    const opened = await port.open({
      watch: () => watch,
      uses: () => [
        { endpoint: 'GET /issues', limit: 27, used: 9, queued: 4, answeredAt: [], pausedUntil: 0 },
      ],
    });
    opened.activity.complete = false;
    const progress = {
      ...newProgress('issues', 'GET /issues'),
      state: 'running' as const,
      read: 1_200,
      covered: 0.5,
    };
    opened.activity.progress.set('issues', progress);
    const html = await load(opened);
    const text = wordsOf(html);
    expect(text).toContain('Database away The page shows only what this process knows itself.');
    expect(text).toContain('the database cannot be read: connect ECONNREFUSED 127.0.0.1:1');
    expect(text).toContain('issues 50 % running, 1,200 read');
    expect(text).toContain('GET /issues 9 of 27 4 queued');
    expect(html).not.toContain('SELECT');
    expect(html).not.toContain('XYZ123');
  });
});

test('beside it there is nothing but what is documented', async ({ port }) => {
  const opened = await port.open();
  expect((await opened.get('/healthz')).status).toBe(200);
  const answer = await opened.get('/nowhere');
  expect([answer.status, await answer.json()]).toEqual([404, { error: 'nothing at /nowhere' }]);
  const posted = await fetch(opened.url, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
