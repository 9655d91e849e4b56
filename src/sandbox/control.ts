import { Readable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { FAULT_KINDS, type Faults } from './faults.ts';
import type { RequestLog } from './requests.ts';
import type { State } from './state.ts';
import type { Served, World } from './world.ts';

export interface Controlled {
  readonly world: World;
  readonly state: State;
  readonly faults: Faults;
  readonly log: RequestLog;
}

const faultBody = z.strictObject({
  endpoint: z.string(),
  kind: z.enum(FAULT_KINDS),
  times: z.int().positive().exactOptional(),
  skip: z.int().nonnegative().exactOptional(),
  retryAfter: z.number().nonnegative().exactOptional(),
  header: z.enum(['X-Retry-After', 'Retry-After', 'none']).exactOptional(),
  delayMs: z.number().nonnegative().exactOptional(),
});

const fields = z.record(z.string(), z.unknown());
const changeBody = z.union([
  z.strictObject({ put: fields, path: z.record(z.string(), z.string()).exactOptional() }),
  z.strictObject({ patch: fields, id: z.string() }),
  z.strictObject({ remove: z.string() }),
]);

/** What a test in another process does to a sandbox; needs no token and spends no limit. */
export function control({ world, state, faults, log }: Controlled): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, context) => context.json({ errors: [error.message] }, 400));
  app.post('/faults', async (context) => {
    faults.add(faultBody.parse(await context.req.json()));
    return context.json({});
  });
  app.delete('/faults', (context) => {
    faults.clear();
    return context.json({});
  });
  app.get('/requests', (context) => {
    const endpoints = log.counts();
    const own429 = Object.values(endpoints).reduce((sum, one) => sum + one.own429, 0);
    return context.json({ endpoints, own429 });
  });
  app.get('/world/:resource', (context) => {
    const stream = Readable.toWeb(Readable.from(lines(world.all(context.req.param('resource')))));
    return context.body(stream as ReadableStream, 200, { 'content-type': 'application/x-ndjson' });
  });
  app.post('/world/:resource', async (context) => {
    const resource = context.req.param('resource');
    const change = changeBody.parse(await context.req.json());
    if ('put' in change) return context.json({ id: world.put(resource, change.put, change.path) });
    if ('patch' in change) return context.json({ object: world.patch(resource, change.id, change.patch) });
    world.remove(resource, change.remove);
    return context.json({ now: state.now() });
  });
  return app;
}

/** About 64 kB of text at a time, one object a line. */
function* lines(rows: Iterable<Served>): Generator<string> {
  let text = '';
  for (const served of rows) {
    text += `${JSON.stringify(served)}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}
