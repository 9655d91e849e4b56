import { describe, expect } from 'vitest';
import { found, held, iso, NOW, test } from './client.ts';

type Json = Record<string, unknown>;

describe('writes of accounts', () => {
  test('name the type account_type, and read it as type', async ({ open }) => {
    const client = await open();
    const made = await client.send('POST', '/accounts', {
      name: 'New',
      account_type: 'community',
      domains: ['new.example', 'other.example'],
      primary_domain: 'new.example',
      external_ids: [{ external_id: 'x-1', label: 'crm' }],
    });
    const account = made.body.data as Json;
    expect(account).toMatchObject({
      type: 'community',
      domain: 'new.example',
      owner: null,
      created_at: iso(NOW),
    });
    expect(held(client, 'accounts')[0]).toEqual(account);
    expect((await client.get('/accounts/x-1')).body.data).toEqual(account);
    const path = `/accounts/${account.id}`;
    expect((await client.send('PATCH', path, { account_type: 'partner' })).body.data).toMatchObject({
      type: 'partner',
    });
    expect((await client.send('PATCH', path, { account_type: 'internal' })).status).toBe(400);
    expect((await client.send('PATCH', path, { type: 'customer' })).status).toBe(400);
  });

  test('keep one primary domain among the domains', async ({ open }) => {
    const client = await open();
    const account = found(client, 'accounts');
    const patch = (body: Json) => client.send('PATCH', `/accounts/${account.id}`, body);
    expect((await patch({ primary_domain: 'elsewhere.example' })).status).toBe(400);
    expect((await patch({ domains: ['one.example'] })).status).toBe(400);
    const moved = await patch({ domains: ['one.example', 'two.example'], primary_domain: 'two.example' });
    expect(moved.body.data).toMatchObject({ domain: 'two.example', primary_domain: 'two.example' });
    expect((await patch({ domains: [] })).body.data).toMatchObject({ domains: [], primary_domain: '' });
  });

  test('name the object that exists already', async ({ open }) => {
    const client = await open();
    const account = found(client, 'accounts', (one) => one.external_ids !== null);
    const [external] = account.external_ids as Json[];
    const twin = await client.send('POST', '/accounts', { name: 'Twin', external_ids: [external] });
    expect([twin.status, twin.body.exists_id]).toEqual([400, account.id]);
    const contact = found(client, 'contacts');
    const same = await client.send('POST', '/contacts', { name: 'Twin', email: contact.email });
    expect([same.status, same.body.exists_id]).toEqual([400, contact.id]);
    const tag = found(client, 'tags');
    const tagged = await client.send('POST', '/tags', { object_type: tag.object_type, value: tag.value });
    expect([tagged.status, tagged.body.exists_id]).toEqual([400, tag.id]);
  });

  test('in bulk say that they began, and take effect later', async ({ open }) => {
    const client = await open({ bulkDelayMs: 300, traps: false });
    const [first, second] = held(client, 'accounts');
    const owner = found(client, 'users');
    const account_ids = [first?.id, second?.id, 'gone'];
    const bulk = await client.send('PATCH', '/accounts', { account_ids, tags: ['bulk'], owner_id: owner.id });
    expect([bulk.status, bulk.body]).toEqual([200, { success: true, request_id: expect.any(String) }]);
    expect(client.sandbox.world.get('accounts', `${first?.id}`)).toEqual(first);
    const now = (account: Json | undefined) => client.sandbox.world.get('accounts', `${account?.id}`);
    const changed = { tags: ['bulk'], owner: { id: owner.id, email: owner.email }, updated_at: iso(NOW) };
    await expect.poll(() => now(first)).toEqual({ ...first, ...changed });
    const bulkTags = async (tags: string[], tags_apply_mode: string) =>
      client.send('PATCH', '/accounts', { account_ids: [second?.id], tags, tags_apply_mode });
    await bulkTags(['more'], 'append_only');
    await expect.poll(() => now(second)?.tags).toEqual(['bulk', 'more']);
    await bulkTags(['bulk'], 'remove_only');
    await expect.poll(() => now(second)?.tags).toEqual(['more']);
    for (const body of [
      { account_ids: [] },
      { account_ids: Array.from({ length: 101 }, (_, i) => `${i}`) },
      { account_ids: ['a'], name: 'x' },
      { account_ids: ['a'], tags_apply_mode: 'sometimes' },
    ]) {
      expect((await client.send('PATCH', '/accounts', body)).status).toBe(400);
    }
  });

  test('merge: what hangs on the losers moves, their tags and custom fields are lost', async ({ open }) => {
    const client = await open({ traps: false });
    const [survivor, loser] = held(client, 'accounts') as [Json, Json];
    const of = (resource: string, account: Json) =>
      held(client, resource).filter((one) => (one.account as Json | null)?.id === account.id);
    const moving = { issues: of('issues', loser), contacts: of('contacts', loser) };
    expect(moving.issues.length).toBeGreaterThan(0);
    const staying = of('issues', survivor).length;
    const { status, body } = await client.send('POST', '/accounts/merge', {
      merge_into_account_id: survivor.id,
      merge_account_ids: [loser.id],
    });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      id: survivor.id,
      tags: survivor.tags,
      custom_fields: survivor.custom_fields,
    });
    const merged = body.data as { domains: string[]; external_ids: unknown[] };
    expect(merged.domains).toEqual(
      expect.arrayContaining([...(survivor.domains as []), ...(loser.domains as [])]),
    );
    expect(merged.external_ids).toEqual([...(survivor.external_ids as []), ...(loser.external_ids as [])]);
    expect((await client.get(`/accounts/${loser.id}`)).status).toBe(404);
    expect(of('issues', survivor).length).toBe(staying + moving.issues.length);
    for (const { id, updated_at } of moving.issues) {
      expect(client.sandbox.world.get('issues', `${id}`)).toMatchObject({
        updated_at,
        account: { id: survivor.id },
      });
    }
    expect(of('issues', loser)).toEqual([]);
    expect(of('contacts', loser)).toEqual([]);
    const self = { merge_into_account_id: survivor.id, merge_account_ids: [survivor.id] };
    expect((await client.send('POST', '/accounts/merge', self)).status).toBe(400);
    const lost = { merge_into_account_id: survivor.id, merge_account_ids: [loser.id] };
    expect((await client.send('POST', '/accounts/merge', lost)).status).toBe(404);
  });

  test('clear the owner by the empty text, and leave issues pointing to an account that is deleted', async ({
    open,
  }) => {
    const client = await open();
    const account = found(client, 'accounts', (one) => one.owner !== null);
    const cleared = await client.send('PATCH', `/accounts/${account.id}`, { owner_id: '' });
    expect((cleared.body.data as Json).owner).toBeNull();
    const issue = found(client, 'issues', (one) => (one.account as Json | null)?.id === account.id);
    expect((await client.send('DELETE', `/accounts/${account.id}`)).status).toBe(200);
    expect(client.sandbox.world.get('issues', `${issue.id}`)?.account).toEqual(issue.account);
  });
});

describe('writes of contacts', () => {
  test('set the account by either id, and clear it', async ({ open }) => {
    const client = await open();
    const account = found(client, 'accounts', (one) => one.external_ids !== null);
    const [{ external_id }] = account.external_ids as [{ external_id: string }];
    const { id } = found(client, 'contacts');
    const patch = (body: Json) => client.send('PATCH', `/contacts/${id}`, body);
    const there = { account: { id: account.id, external_ids: account.external_ids } };
    expect((await patch({ account_external_id: external_id })).body.data).toMatchObject(there);
    expect((await patch({ account_id: '' })).body.data).toMatchObject({ account: null });
    expect((await patch({ account_id: account.id })).body.data).toMatchObject(there);
    expect((await patch({ account_id: account.id, account_external_id: external_id })).status).toBe(400);
  });

  test('take email or emails, and phone numbers of digits', async ({ open }) => {
    const client = await open();
    const { id } = found(client, 'contacts');
    const patch = (body: Json) => client.send('PATCH', `/contacts/${id}`, body);
    const emails = [{ email: 'a@x.example' }, { email: 'b@x.example', is_primary: true }];
    expect((await patch({ emails })).body.data).toMatchObject({
      email: 'b@x.example',
      emails: ['a@x.example', 'b@x.example'],
    });
    expect((await patch({ emails, email: 'a@x.example' })).status).toBe(400);
    expect((await patch({ phone_numbers: ['+4915'] })).status).toBe(400);
    expect((await patch({ phone_numbers: ['1234567890123456'] })).status).toBe(400);
    expect((await patch({ phone_numbers: ['49151', '49152'] })).body.data).toMatchObject({
      primary_phone_number: '49151',
    });
    expect((await patch({ primary_phone_number: '000' })).status).toBe(400);
  });

  test('need a name, and end in 404', async ({ open }) => {
    const client = await open();
    expect((await client.send('POST', '/contacts', { email: 'x@x.example' })).status).toBe(400);
    const made = (await client.send('POST', '/contacts', { name: 'X' })).body.data as Json;
    expect((await client.send('DELETE', `/contacts/${made.id}`)).status).toBe(200);
    expect((await client.send('DELETE', `/contacts/${made.id}`)).status).toBe(404);
  });
});
