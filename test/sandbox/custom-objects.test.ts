import { describe, expect } from 'vitest';
import { found, held, NOW, test } from './client.ts';

type Json = Record<string, unknown>;

describe('custom objects of the sandbox', () => {
  test('are listed by type, a hundred at most, and a type that nobody defined is unknown', async ({
    calm: client,
  }) => {
    const licenses = held(client, 'custom_objects').filter(({ type }) => type === 'license');
    expect(await client.list('/custom-objects/license?limit=2')).toEqual(licenses);
    expect(licenses.length).toBeLessThan(held(client, 'custom_objects').length);
    expect((await client.get('/custom-objects/license?limit=101')).status).toBe(400);
    expect((await client.get('/custom-objects/unheard')).status).toBe(404);
    expect((await client.send('POST', '/custom-objects/unheard/search', {})).status).toBe(404);
    const device = found(client, 'custom_objects', ({ type }) => type === 'device');
    expect((await client.get(`/custom-objects/device/${device.id}`)).body.data).toEqual(device);
    expect((await client.get(`/custom-objects/license/${device.id}`)).status).toBe(404);
  });

  test('are searched by name, times and their own fields, and not by id', async ({ calm: client }) => {
    const device = found(client, 'custom_objects', ({ type }) => type === 'device');
    const search = (filter: Json, limit = 100) =>
      client.send('POST', '/custom-objects/device/search', { filter, limit });
    const named = await search({ field: 'name', operator: 'in', values: [device.name] });
    expect(named.body.data).toEqual([device]);
    const at = Date.parse(`${device.updated_at}`);
    const later = { field: 'updated_at', operator: 'time_is_after', value: new Date(at - 1).toISOString() };
    expect((await search(later)).body.data).toContainEqual(device);
    const serial = (device.custom_fields as Record<string, Json>).serial?.value;
    expect((await search({ field: 'serial', operator: 'equals', value: serial })).body.data).toEqual([
      device,
    ]);
    const [account] = device.relations as Json[];
    const own = await search({ field: 'account', operator: 'equals', value: account?.object_id });
    expect(own.body.data).toContainEqual(device);
    expect((await search({ field: 'id', operator: 'in', values: [device.id] })).status).toBe(400);
    expect((await search(later, 101)).status).toBe(400);
  });

  test('take a map of fields, and show relationships without their slug', async ({ open }) => {
    const client = await open();
    const [one, two] = held(client, 'accounts');
    const made = await client.send('POST', '/custom-objects/license', {
      name: ' Ten seats ',
      custom_fields: { seats: { value: '10' }, modules: { values: ['api'] }, account: { value: one?.id } },
    });
    const object = made.body.data as Json;
    expect(object).toMatchObject({
      name: 'Ten seats',
      type: 'license',
      custom_fields: { seats: { slug: 'seats', value: '10' }, modules: { slug: 'modules', values: ['api'] } },
      relations: [{ object_type: 'account', object_id: one?.id }],
    });
    const patch = (body: Json) => client.send('PATCH', `/custom-objects/license/${object.id}`, body);
    const moved = await patch({ custom_fields: { account: { value: two?.id }, seats: {} } });
    expect(moved.body.data).toMatchObject({
      custom_fields: { modules: { slug: 'modules', values: ['api'] } },
      relations: [{ object_type: 'account', object_id: two?.id }],
    });
    for (const custom_fields of [
      [{ slug: 'seats', value: '1' }],
      { unheard: { value: '1' } },
      { plan: { value: 'gold' } },
      { modules: { value: 'api' } },
      { account: { value: 'nobody' } },
    ])
      expect((await patch({ custom_fields })).status, JSON.stringify(custom_fields)).toBe(400);
    expect((await patch({ name: ' ' })).status).toBe(400);
    expect((await client.send('POST', '/custom-objects/license', {})).status).toBe(400);
  });

  test('change many at a time, later than they say so, and in one second', async ({ open }) => {
    const client = await open({ bulkDelayMs: 50 });
    const licenses = held(client, 'custom_objects').filter(({ type }) => type === 'license');
    const device = found(client, 'custom_objects', ({ type }) => type === 'device');
    const ids = licenses.slice(0, 3).map(({ id }) => id);
    const custom_fields = { plan: { value: 'pro' } };
    const send = (body: Json) => client.send('PATCH', '/custom-objects/license', body);
    const began = await send({ ids: [...ids, device.id, 'nobody'], custom_fields });
    expect(began.body).toMatchObject({ success: true, updated_ids: ids });
    expect(held(client, 'custom_objects').filter(({ id }) => ids.includes(id))).toEqual(licenses.slice(0, 3));
    await expect
      .poll(() => held(client, 'custom_objects').filter(({ id }) => ids.includes(id)), { interval: 10 })
      .toMatchObject(
        ids.map(() => ({
          custom_fields: { plan: { slug: 'plan', value: 'pro' } },
          updated_at: new Date(NOW).toISOString().replace('.000', ''),
        })),
      );
    expect((await send({ ids: Array.from({ length: 101 }, () => 'x'), custom_fields })).status).toBe(400);
    expect((await send({ ids: [], custom_fields })).status).toBe(400);
    expect((await send({ ids, name: 'no field of many', custom_fields })).status).toBe(400);
  });
});
