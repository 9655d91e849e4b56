// Sets Metabase up by its API, as nobody has to click through its wizard: the first administrator, the data source, and a
// dashboard. What is there already stays as it is: run again, it changes nothing. Run by the compose profile `bi`; needs
// nothing but Node.
//
// The API is described by every Metabase at /api/docs, and by its source, from which what is relied on here was read:
// metabase/metabase, src/metabase/{setup,warehouses,collections,queries,dashboards}_rest, src/metabase/session/api.clj

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const NEEDED = ['METABASE_EMAIL', 'METABASE_PASSWORD', 'BI_PASSWORD'];
const { METABASE_EMAIL: email, METABASE_PASSWORD: password, BI_PASSWORD: readerPassword } = process.env;
const address = process.env.METABASE_ADDRESS || 'http://metabase:3000';
const waitSeconds = Number(process.env.METABASE_WAIT_SECONDS || 600);

/** How Metabase reads the mirror: as who may only read, and of the views alone. */
const source = {
  host: process.env.PGHOST || 'postgres',
  port: Number(process.env.PGPORT || 5432),
  dbname: process.env.PGDATABASE || 'pylon',
  user: 'bi',
  'schema-filters-type': 'inclusion',
  'schema-filters-patterns': 'pylon_bi',
  ssl: false,
};

class Failure extends Error {}

let session;
const secrets = new Set([password, readerPassword]);
const say = (text) => process.stdout.write(`metabase-setup: ${text}\n`);

/** Text without the secrets that an answer may repeat. */
const scrubbed = (text) =>
  [...secrets].reduce((clean, secret) => (secret ? clean.replaceAll(secret, '***') : clean), text);

const textsIn = (value) =>
  typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(textsIn);

/** What an answer says went wrong: `message` and `errors` of JSON, or plain text. */
function reasonIn(body) {
  try {
    const { message, errors } = JSON.parse(body);
    return [...new Set(textsIn([message, errors].filter(Boolean)))].join('; ');
  } catch {
    return body;
  }
}

async function call(method, path, body, timeout = 60_000) {
  const response = await fetch(new URL(path, address), {
    method,
    headers: {
      'content-type': 'application/json',
      ...(session === undefined ? {} : { 'x-metabase-session': session }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(timeout),
  });
  return { status: response.status, ok: response.ok, text: await response.text() };
}

/** The answer to a request; `refusals` say what a person can do about some statuses. */
async function ask(method, path, body, refusals = {}) {
  const { status, ok, text } = await call(method, path, body);
  if (ok) return text === '' ? undefined : JSON.parse(text);
  const why = `${method} ${path} was answered ${status}: ${scrubbed(reasonIn(text)).slice(0, 500) || 'nothing more'}`;
  throw new Failure(refusals[status] === undefined ? why : `${refusals[status]} (${why})`);
}

/** GET /api/health is 503 until Metabase has made its own tables, which takes a minute or more the first time. */
async function untilHealthy() {
  const until = Date.now() + waitSeconds * 1000;
  let last = 'it was not asked';
  do {
    try {
      const { ok, status, text } = await call('GET', '/api/health', undefined, 5_000);
      if (ok) return;
      last = `${status} ${text.slice(0, 200)}`;
    } catch (error) {
      last = String(error.cause?.message || error.message);
    }
    await sleep(Math.min(500, Math.max(until - Date.now(), 0)));
  } while (Date.now() < until);
  throw new Failure(`Metabase at ${address} is not healthy after ${waitSeconds} s: ${last}`);
}

/** POST /api/setup makes the first user, who administers, and only that one; POST /api/session logs in. Either has a session. */
async function signIn() {
  const properties = await ask('GET', '/api/session/properties');
  if (properties['has-user-setup']) {
    const { id } = await ask(
      'POST',
      '/api/session',
      { username: email, password },
      {
        401: 'Metabase was set up with another METABASE_EMAIL or METABASE_PASSWORD: put those into .env that log in there as an administrator',
      },
    );
    return id;
  }
  const token = properties['setup-token'];
  secrets.add(token);
  const { id } = await ask(
    'POST',
    '/api/setup',
    {
      token,
      user: { email, password, first_name: 'Pylon', last_name: 'Admin' },
      prefs: { site_name: 'Pylon' },
    },
    {
      400: 'Metabase refuses METABASE_EMAIL or METABASE_PASSWORD, which needs six characters or more with a digit among them, and may not be a common one',
    },
  );
  say(`made the administrator ${email}`);
  return id;
}

const isSource = ({ engine, name, details }) =>
  engine === 'postgres' &&
  (details ? ['host', 'dbname', 'user'].every((key) => details[key] === source[key]) : name === 'Pylon');

/** POST /api/database tries the connection first. One that is there is left alone while it works. */
async function addSource() {
  const refusals = {
    400: `Metabase cannot read database ${source.dbname} at ${source.host} as ${source.user}`,
  };
  const details = { ...source, password: readerPassword };
  const { data } = await ask('GET', '/api/database');
  const known = data.find(isSource);
  if (known === undefined) {
    const { id } = await ask(
      'POST',
      '/api/database',
      { name: 'Pylon', engine: 'postgres', details },
      refusals,
    );
    say('added the data source');
    return id;
  }
  const { status } = await ask('GET', `/api/database/${known.id}/healthcheck`);
  if (status !== 'ok') {
    // BI_PASSWORD is another one now.
    await ask(
      'PUT',
      `/api/database/${known.id}`,
      { details: { ...details, ...known.details, password: readerPassword } },
      refusals,
    );
    say('gave the data source its present password');
  }
  return known.id;
}

async function addCollection(name) {
  const collections = await ask('GET', '/api/collection');
  const known = collections.find(
    (one) => one.name === name && one.location === '/' && !one.personal_owner_id,
  );
  return (known ?? (await ask('POST', '/api/collection', { name }))).id;
}

/** Questions that are missing, then the dashboard: where that is there with anything on it, nothing is touched. */
async function addDashboard(database, { collection, name, description, cards }) {
  const collection_id = await addCollection(collection);
  const { data: items } = await ask('GET', `/api/collection/${collection_id}/items`);
  const idOf = (model, called) => items.find((one) => one.model === model && one.name === called)?.id;
  const known = idOf('dashboard', name);
  if (known !== undefined && (await ask('GET', `/api/dashboard/${known}`)).dashcards.length > 0) return;
  const dashcards = [];
  for (const { name: title, display, settings = {}, place, query } of cards) {
    const card_id =
      idOf('card', title) ??
      (
        await ask('POST', '/api/card', {
          name: title,
          display,
          visualization_settings: settings,
          collection_id,
          dataset_query: { type: 'native', database, native: { query } },
        })
      ).id;
    // Below zero: one that is new.
    dashcards.push({ id: -1 - dashcards.length, card_id, ...place });
  }
  const id = known ?? (await ask('POST', '/api/dashboard', { name, description, collection_id })).id;
  await ask('PUT', `/api/dashboard/${id}`, { dashcards });
  say(`made the dashboard ${name} with ${cards.length} questions`);
}

async function run() {
  const missing = NEEDED.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    process.stderr.write(`metabase-setup: choose ${missing.join(', ')} and put them into .env\n`);
    return 2;
  }
  try {
    await untilHealthy();
    session = await signIn();
    secrets.add(session);
    const database = await addSource();
    await addDashboard(
      database,
      JSON.parse(await readFile(new URL('dashboard.json', import.meta.url), 'utf8')),
    );
    say('Metabase is set up');
    return 0;
  } catch (error) {
    const why =
      error instanceof Failure ? error.message : `${error.message} ${error.cause?.message ?? ''}`.trim();
    process.stderr.write(`metabase-setup: ${scrubbed(why)}\n`);
    return 1;
  } finally {
    if (session !== undefined) await call('DELETE', '/api/session').catch(() => {});
  }
}

process.exitCode = await run();
