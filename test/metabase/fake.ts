import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Json = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A Metabase as its API describes itself, with what the set-up needs of it. */
export interface FakeMetabase {
  readonly address: string;
  /** Every request but those for its health, as `METHOD path`. */
  readonly asked: string[];
  /** What was made, by kind. */
  readonly users: Json[];
  readonly databases: Json[];
  readonly collections: Json[];
  readonly cards: Json[];
  readonly dashboards: Json[];
  readonly sessions: Set<string>;
  /** Times that it still says it is starting. */
  startsIn: number;
  /** The password that the database takes. */
  databasePassword: string;
}

/** Keys that a body may have, as the schemas of Metabase's endpoints are: what else is sent is refused. */
const BODIES: Readonly<
  Record<string, { readonly needs: readonly string[]; readonly may: readonly string[] }>
> = {
  'POST /api/setup': { needs: ['token', 'user', 'prefs'], may: [] },
  'POST /api/session': { needs: ['username', 'password'], may: [] },
  'POST /api/database': { needs: ['name', 'engine', 'details'], may: ['is_full_sync', 'auto_run_queries'] },
  'PUT /api/database/:id': { needs: [], may: ['details', 'name'] },
  'POST /api/collection': { needs: ['name'], may: ['description', 'parent_id'] },
  'POST /api/card': {
    needs: ['name', 'dataset_query', 'display', 'visualization_settings'],
    may: ['collection_id', 'description'],
  },
  'POST /api/dashboard': { needs: ['name'], may: ['description', 'collection_id'] },
  'PUT /api/dashboard/:id': { needs: [], may: ['dashcards'] },
};

const refused = (status: number, body: unknown): Answer => ({ status, body });
const given = (body: unknown): Answer => ({ status: 200, body });

async function bodyOf(request: IncomingMessage): Promise<Json> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : (JSON.parse(text) as Json);
}

function wrongIn(route: string, body: Json): Answer | undefined {
  const { needs, may } = BODIES[route] ?? { needs: [], may: [] };
  const wrong = [
    ...needs.filter((key) => body[key] === undefined || body[key] === ''),
    ...Object.keys(body).filter((key) => !needs.includes(key) && !may.includes(key)),
  ];
  return wrong.length === 0
    ? undefined
    : refused(400, { errors: Object.fromEntries(wrong.map((key) => [key, 'missing or disallowed'])) });
}

/** As Metabase shows passwords. */
const PROTECTED = '**MetabasePass**';
const shown = (database: Json) => ({
  ...database,
  details: { ...(database.details as Json), password: PROTECTED },
});

export async function startFakeMetabase(): Promise<FakeMetabase> {
  const fake: Omit<FakeMetabase, 'address'> = {
    ...{ asked: [], users: [], databases: [], collections: [], cards: [], dashboards: [] },
    ...{ sessions: new Set(), startsIn: 0, databasePassword: 'reader-secret' },
  };
  let made = 0;
  const add = (list: Json[], values: Json): Json => {
    made += 1;
    list.push({ id: made, ...values });
    return list.at(-1) as Json;
  };
  const newSession = () => {
    const id = `session-${fake.sessions.size + 1}-${fake.asked.length}`;
    fake.sessions.add(id);
    return given({ id });
  };
  const connects = (details: Json) => details.password === fake.databasePassword;
  const cannot = { message: 'FATAL: password authentication failed for user "bi"' };
  const numbered = (list: Json[], id: string | undefined) => list.find((one) => one.id === Number(id)) ?? {};

  /** Of a route: what it does with a body, and the number in its path. */
  const routes: Readonly<Record<string, (body: Json, id: string | undefined) => Answer>> = {
    'GET /api/session/properties': () =>
      given({
        'has-user-setup': fake.users.length > 0,
        'setup-token': fake.users.length > 0 ? null : 'the-token',
      }),
    'POST /api/setup': ({ token, user, prefs }) => {
      const { email, password } = user as { email: string; password: string };
      if (token !== 'the-token' || !(prefs as Json).site_name)
        return refused(400, { errors: { token: 'Token does not match the setup token.' } });
      if (password.length < 6 || !/\d/.test(password))
        return refused(400, {
          errors: { user: { password: 'password is too common.' } },
          'specific-errors': { user: { password: [`received: ${password}`] } },
        });
      add(fake.users, { email, password });
      return newSession();
    },
    'POST /api/session': ({ username, password }) =>
      fake.users.some((user) => user.email === username && user.password === password)
        ? newSession()
        : refused(401, { errors: { password: 'did not match stored password' } }),
    'DELETE /api/session': () => ({ status: 204, body: undefined }),
    'GET /api/database': () => given({ data: fake.databases.map(shown), total: fake.databases.length }),
    'POST /api/database': (body) =>
      connects(body.details as Json) ? given(shown(add(fake.databases, body))) : refused(400, cannot),
    'GET /api/database/:id/healthcheck': (_, id) =>
      given(
        connects(numbered(fake.databases, id).details as Json)
          ? { status: 'ok' }
          : { status: 'error', ...cannot },
      ),
    'PUT /api/database/:id': ({ details }, id) => {
      if (!connects(details as Json)) return refused(400, cannot);
      const known = numbered(fake.databases, id);
      known.details = { ...(known.details as Json), ...(details as Json) };
      return given(shown(known));
    },
    'GET /api/collection': () => given([{ id: 'root', name: 'Our analytics' }, ...fake.collections]),
    'POST /api/collection': (body) => given(add(fake.collections, { ...body, location: '/' })),
    'GET /api/collection/:id/items': (_, id) =>
      given({
        data: [
          ...fake.cards.map((card) => ({ ...card, model: 'card' })),
          ...fake.dashboards.map((dashboard) => ({ ...dashboard, model: 'dashboard' })),
        ].filter((one: Json) => one.collection_id === Number(id)),
      }),
    'POST /api/card': (body) => given(add(fake.cards, body)),
    'POST /api/dashboard': (body) => given(add(fake.dashboards, { ...body, dashcards: [] })),
    'GET /api/dashboard/:id': (_, id) => given(numbered(fake.dashboards, id)),
    'PUT /api/dashboard/:id': (body, id) => given(Object.assign(numbered(fake.dashboards, id), body)),
  };
  const isPublic = new Set(['GET /api/session/properties', 'POST /api/setup', 'POST /api/session']);

  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      const body = await bodyOf(request);
      const answer = (): Answer => {
        if (fake.startsIn > 0) {
          if (path === '/api/health') fake.startsIn -= 1;
          return refused(503, { status: 'initializing', progress: 0.5 });
        }
        if (path === '/api/health') return given({ status: 'ok' });
        fake.asked.push(`${request.method} ${path}`);
        const id = /\/(\d+)(?:\/|$)/.exec(path)?.[1];
        const route = `${request.method} ${id === undefined ? path : path.replace(`/${id}`, '/:id')}`;
        const isKnown = fake.sessions.has(String(request.headers['x-metabase-session']));
        if (!isPublic.has(route) && !isKnown) return refused(401, 'Unauthenticated');
        return (
          wrongIn(route, body) ?? routes[route]?.(body, id) ?? refused(404, 'API endpoint does not exist.')
        );
      };
      const { status, body: said } = answer();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof said === 'object' ? JSON.stringify(said) : said);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return Object.assign(fake, { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
