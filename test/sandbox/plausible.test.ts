import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { resources } from '../../src/sandbox/resources/index.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { DAY, found, held, NOW, test } from './client.ts';

type Json = Record<string, unknown>;

const idIn = (reference: unknown) => (reference as Json | null | undefined)?.id;

describe('a workspace without traps', () => {
  test('is what one gets who asks for nothing', async () => {
    const sandbox = await startSandbox({ now: () => NOW });
    const titles = [...sandbox.world.all('issues')].map(({ object }) => `${object.title}`);
    await sandbox.close();
    expect(titles).toContain('We were charged twice this month');
    expect(titles.filter((title) => /[^\x20-\x7e“”→’]/.test(title))).toEqual([]);
  });

  test('holds no text that Postgres or a reader would stumble over', async ({ calm }) => {
    for (const { name } of resources) {
      const text = JSON.stringify(held(calm, name));
      expect(text, name).not.toMatch(
        /\\u0000|\\ud[89ab]..(?!\\ud)|DROP TABLE|9999-12-31|0001-01-01|an hour ago/,
      );
    }
    expect(held(calm, 'issues').every((issue) => !('sentiment' in issue))).toBe(true);
  });

  test('has issues in each month up to now, more on working days than at weekends', async ({ open }) => {
    const client = await open({ traps: false, issues: 400, historyDays: 180 });
    const times = held(client, 'issues').map((issue) => Date.parse(`${issue.created_at}`));
    expect(Math.max(...times)).toBeLessThanOrEqual(NOW);
    expect(Math.max(...times)).toBeGreaterThan(NOW - 4 * DAY);
    const inMonth = (back: number) =>
      times.filter((time) => time > NOW - (back + 1) * 30 * DAY && time <= NOW - back * 30 * DAY).length;
    for (let back = 0; back < 6; back += 1) expect(inMonth(back), `${back} months ago`).toBeGreaterThan(30);
    const weekend = times.filter((time) => [0, 6].includes(new Date(time).getUTCDay())).length;
    expect(weekend / times.length).toBeLessThan(0.15);
  });

  test('closes what is old, and leaves some of the last days open', async ({ open }) => {
    const client = await open({ traps: false, issues: 400, historyDays: 180 });
    const isOpen = (issue: Json) => issue.state !== 'closed';
    const age = (issue: Json) => NOW - Date.parse(`${issue.created_at}`);
    const issues = held(client, 'issues');
    const old = issues.filter((issue) => age(issue) > 60 * DAY);
    const young = issues.filter((issue) => age(issue) < 4 * DAY);
    expect(old.filter(isOpen).length / old.length).toBeLessThan(0.05);
    expect(young.filter(isOpen).length).toBeGreaterThan(0);
  });

  test('an issue begins with its requester’s words, and what it refers to is there', async ({ calm }) => {
    const contacts = new Map(held(calm, 'contacts').map((contact) => [contact.id, contact]));
    const accounts = new Map(held(calm, 'accounts').map((account) => [account.id, account]));
    const tags = held(calm, 'tags').flatMap((tag) => (tag.object_type === 'issue' ? [tag.value] : []));
    for (const issue of held(calm, 'issues')) {
      const requester = contacts.get(idIn(issue.requester));
      expect(requester).toBeDefined();
      expect(idIn(issue.account)).toEqual(idIn(requester?.account));
      expect(tags).toEqual(expect.arrayContaining(issue.tags as string[]));
      const [first] = await calm.list(`/issues/${issue.id}/messages`);
      expect(first?.message_html).toBe(issue.body_html);
      expect(idIn((first?.author as Json | undefined)?.contact)).toBe(requester?.id);
    }
    for (const { email, account } of contacts.values()) {
      const domain = accounts.get(idIn(account))?.domain;
      if (domain !== undefined) expect(`${email}`.endsWith(`@${domain}`)).toBe(true);
    }
    const emails = [...contacts.values()].map(({ email }) => email);
    expect(new Set(emails).size).toBe(emails.length);
    expect(new Set([...accounts.values()].map(({ domain }) => domain)).size).toBe(accounts.size);
  });

  test('is the same for the same seed, and another for another one', async ({ open }) => {
    const issueOf = async (seed: number) => found(await open({ traps: false, seed }), 'issues');
    expect(await issueOf(5)).toEqual(await issueOf(5));
    expect(await issueOf(6)).not.toEqual(await issueOf(5));
  });
});

test('tests start their sandboxes with traps, by the one helper that turns them on', () => {
  const root = join(import.meta.dirname, '..');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const starters = files.filter((file) => /\bstartSandbox\(/.test(readFileSync(join(root, file), 'utf8')));
  expect(starters.sort()).toEqual(['helpers/sandbox.ts', 'sandbox/plausible.test.ts']);
});
