import { Readable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Served, World } from '../world.ts';
import { FAULT_KINDS, type Faults } from './faults.ts';
import type { RequestLog } from './requests.ts';

export interface Controlled {
  readonly world: World;
  readonly faults: Faults;
  readonly log: RequestLog;
}

const faultBody = z.strictObject({
  endpoint: z.string(),
  kind: z.enum(FAULT_KINDS),
  times: z.int().positive().exactOptional(),
  skip: z.int().nonnegative().exactOptional(),
  retryAfter: z.union([z.number(), z.string().regex(/^[\x20-\x7e]*$/)]).exactOptional(),
  header: z.enum(['X-Retry-After', 'Retry-After', 'none']).exactOptional(),
  // A timer cannot wait for longer.
  delayMs: z
    .number()
    .nonnegative()
    .max(2 ** 31 - 1)
    .exactOptional(),
  status: z.int().min(200).max(599).exactOptional(),
  text: z.string().exactOptional(),
});

const fields = z.record(z.string(), z.unknown());
const path = z.record(z.string(), z.string()).exactOptional();
const changeBody = z.union([
  z.strictObject({ put: fields, path }),
  z.strictObject({ create: fields, path }),
  z.strictObject({ patch: fields, id: z.string(), silent: z.boolean().exactOptional() }),
  z.strictObject({ remove: z.string() }),
]);
type Change = z.output<typeof changeBody>;
const mergeBody = z.strictObject({ into: z.string(), ids: z.array(z.string()).min(1) });
const messageBody = z.strictObject({ issue_id: z.string(), fields: fields.exactOptional() });
const redactionBody = z.strictObject({ message_id: z.string() });

/** Endpoints with which a test in another process controls a sandbox, without token and limits. */
export function control({ world, faults, log }: Controlled): Hono<{ Bindings: HttpBindings }> {
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
  app.get('/world', (context) => streamed(context, everything(world)));
  app.get('/world/:resource', (context) => streamed(context, world.all(context.req.param('resource'))));
  app.post('/world/:resource', async (context) => {
    const change = changeBody.parse(await context.req.json());
    return context.json(carryOut(world, context.req.param('resource'), change));
  });
  app.post('/merges', async (context) => {
    const { into, ids } = mergeBody.parse(await context.req.json());
    world.mergeAccounts(into, ids);
    return context.json({ object: world.get('accounts', into) });
  });
  app.post('/messages', async (context) => {
    const { issue_id, fields } = messageBody.parse(await context.req.json());
    return context.json({ object: world.addMessage(issue_id, fields) });
  });
  app.post('/redactions', async (context) => {
    world.redactMessage(redactionBody.parse(await context.req.json()).message_id);
    return context.json({});
  });
  return app;
}

function carryOut(world: World, resource: string, change: Change): object {
  if ('put' in change) return { id: world.put(resource, change.put, change.path) };
  if ('create' in change) return { object: world.create(resource, change.create, change.path) };
  if ('patch' in change) {
    const { id, patch, silent = false } = change;
    return { object: world.patch(resource, id, patch, { silent }) };
  }
  world.remove(resource, change.remove);
  return {};
}

/** Every object of every resource, with the resource's name. */
function* everything(world: World): Generator<Served & { readonly resource: string }> {
  for (const resource of world.resources)
    for (const served of world.all(resource)) yield { resource, ...served };
}

function streamed(context: Context, served: Iterable<Served>): Response {
  const stream = Readable.toWeb(Readable.from(lines(served)));
  return context.body(stream as ReadableStream, 200, { 'content-type': 'application/x-ndjson' });
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
