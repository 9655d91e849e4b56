import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { State } from '../data/state.ts';
import type { Settings } from '../options.ts';
import { type Community, officialBody } from '../routes/community.ts';
import { badRequest, Refusal } from '../routes/refusal.ts';
import type { Reply, Route } from '../routes/route.ts';
import { enveloped, refused } from './envelope.ts';
import type { Fault, Faults } from './faults.ts';
import { limitOf, type Meter, retryAfterHeader } from './limits.ts';
import type { RequestLog } from './requests.ts';

export type SandboxContext = Context<{ Bindings: HttpBindings }>;

export interface Serving {
  readonly state: State;
  readonly settings: Settings;
  /** The shape of a resource in the third-party document. */
  community(resource: string | undefined): Community;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly meter: Meter;
  newRequestId(): string;
}

/** A route, and the resource that it belongs to. */
interface Served {
  readonly name: string;
  readonly route: Route;
}

/** Handles one request: checks its token, limit and size, applies a fault, then answers. */
export async function serve(
  serving: Serving,
  { name: resource, route }: Served,
  context: SandboxContext,
): Promise<Response> {
  const { state, settings, log, meter } = serving;
  const isOfficial = settings.shape === 'official';
  const isForm = context.req.header('content-type')?.startsWith('multipart/form-data') === true;
  const form = isForm ? await readForm(context) : undefined;
  const text = isForm ? '' : await context.req.text();
  const requestId = serving.newRequestId();
  const record = log.add({
    endpoint: route.endpoint,
    method: context.req.method,
    path: context.req.path,
    query: context.req.query(),
    body: form === undefined ? (text === '' ? undefined : parsed(text)) : form,
    status: 0,
    at: state.now(),
    ownLimit: false,
  });
  settings.onRequest(record);
  const answer = (status: number, body: string, headers: Record<string, string> = {}): Response => {
    record.status = status;
    // A 204 must not have a body, not even an empty one.
    return new Response(body === '' ? null : body, {
      status,
      headers: { ...jsonHeaders(state), ...headers },
    });
  };
  // Some of Pylon's answers have the request's id in a header, and none in the body.
  const hidesId = (status: number) => isOfficial && settings.traps && status === 404;
  const refuse = (refusal: Refusal, headers?: Record<string, string>) =>
    hidesId(refusal.status)
      ? answer(refusal.status, refused(refusal), { ...headers, 'x-pylon-request-id': requestId })
      : answer(refusal.status, refused(refusal, requestId), headers);

  const denied = refusedToken(context.req.header('authorization'), settings.token);
  const early =
    denied === undefined
      ? meter.arrive(route.endpoint, limitOf(settings.limits, route.endpoint, route.tier))
      : 0;
  if (settings.latencyMs > 0) await sleep(state, settings.latencyMs);
  if (denied !== undefined) return refuse(denied);
  if (early > 0) {
    log.refuse(record);
    return refuse(rateLimited, retryAfterHeader(settings.retryAfter, early, state.now()));
  }
  if (Buffer.byteLength(text) > LARGEST_BODY) return refuse(tooLarge);
  const fault = serving.faults.take(route.endpoint);
  const before = fault === undefined ? undefined : await applyFault(fault, context, state, refuse, answer);
  if (before !== undefined) return before;
  try {
    const sent = form ?? (text === '' ? undefined : strictlyParsed(text));
    const reply = route.answer({
      state,
      endpoint: route.endpoint,
      params: context.req.param(),
      query: record.query,
      queries: context.req.queries(),
      body: isOfficial ? sent : officialBody(serving.community(resource), route.endpoint, sent),
    });
    const body = enveloped(corruptReply(reply, fault, record.query.cursor ?? cursorIn(record.body)), {
      requestId,
      quirks: settings.traps ? route.quirks : undefined,
      community: isOfficial ? undefined : serving.community('resource' in reply ? reply.resource : undefined),
    });
    if (fault?.kind === 'lost-answer') return cut(context);
    if (fault?.kind === 'truncate') return truncated(context, body, jsonHeaders(state));
    return answer(200, body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return fault?.kind === 'lost-answer' ? cut(context) : refuse(error);
  }
}

const invalidToken = Object.freeze(new Refusal(401, 'invalid API token', { code: 'invalid_api_token' }));
/** Bytes. */
const LARGEST_BODY = 10 * 1024 * 1024;
const tooLarge = Object.freeze(new Refusal(413, 'the body is too large', { code: 'payload_too_large' }));
const rateLimited = Object.freeze(new Refusal(429, 'rate limit exceeded', { code: 'rate_limited' }));

const jsonHeaders = (state: State) => ({
  'content-type': 'application/json; charset=utf-8',
  date: new Date(state.now()).toUTCString(),
});

const sleep = (state: State, ms: number) => new Promise<void>((resolve) => state.later(ms, resolve));

function refusedToken(header: string | undefined, token: string): Refusal | undefined {
  const given = /^Bearer (.+)$/.exec(header ?? '')?.[1];
  if (given === undefined) {
    return new Refusal(401, 'missing or malformed authorization header', {
      code: 'invalid_authorization_header',
    });
  }
  return given === token ? undefined : invalidToken;
}

/** A form as an object: of a file its name, type and size. A field that occurs several times is a list. */
async function readForm(context: SandboxContext): Promise<Readonly<Record<string, unknown>> | undefined> {
  const given = await context.req.parseBody({ all: true }).catch(() => undefined);
  const shown = (one: unknown) =>
    one instanceof File ? { name: one.name, type: one.type, size: one.size } : one;
  return (
    given &&
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.map(shown) : shown(value),
      ]),
    )
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function strictlyParsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badRequest(`the body is not JSON: ${(cause as Error).message}`);
  }
}

const cursorIn = (body: unknown): string =>
  body !== null && typeof body === 'object' ? `${(body as { cursor?: unknown }).cursor ?? ''}` : '';

/** The answer of a fault; `undefined` if the request is answered as usual. */
async function applyFault(
  fault: Fault,
  context: SandboxContext,
  state: State,
  refuse: (refusal: Refusal, headers?: Record<string, string>) => Response,
  answer: (status: number, body: string, headers?: Record<string, string>) => Response,
): Promise<Response | undefined> {
  const { header = 'X-Retry-After', retryAfter = 1 } = fault;
  switch (fault.kind) {
    case '429':
      return refuse(rateLimited, header === 'none' ? {} : { [header]: `${retryAfter}` });
    case '500':
      return refuse(new Refusal(500, 'internal server error'));
    case '400':
      return refuse(new Refusal(400, 'invalid request'));
    case '401':
      return refuse(invalidToken);
    case '403':
      return refuse(new Refusal(403, 'not allowed on this plan', { code: 'permission_denied' }));
    case '404':
      return refuse(new Refusal(404, 'not found', { code: 'not_found' }));
    case 'html':
      return answer(
        fault.status ?? 200,
        '<!doctype html><title>Just a moment</title><p>Checking your browser</p>',
        { 'content-type': 'text/html; charset=utf-8' },
      );
    case 'text':
      return answer(fault.status ?? 200, fault.text ?? '');
    case 'reset':
      return cut(context);
    case 'hang':
      return new Promise<Response>(() => {});
    case 'slow':
      await (fault.until ?? sleep(state, fault.delayMs ?? 1_000));
      return undefined;
    default:
      return undefined;
  }
}

/** A valid cursor after all rows. */
const END = Buffer.from('1970-01-01T00:00:00.000Z|').toString('base64');

/**
 * A page with a fault. The first page has no cursor to repeat, so it returns one, which the next page
 * repeats.
 */
function corruptReply(reply: Reply, fault: Fault | undefined, cursor: string): Reply {
  if (reply.is !== 'list' || fault === undefined) return reply;
  if (fault.kind === 'repeat-cursor') return { ...reply, next: cursor || reply.next || END };
  if (fault.kind === 'no-data') return { ...reply, objects: [], next: reply.next || cursor || END };
  return reply;
}

function cut(context: SandboxContext): Response {
  context.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

/** Announces the length of the whole body, and sends half of it. */
function truncated(context: SandboxContext, body: string, headers: Record<string, string>): Response {
  const bytes = Buffer.from(body);
  const { outgoing } = context.env;
  outgoing.writeHead(200, { ...headers, 'content-length': bytes.length });
  outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}
