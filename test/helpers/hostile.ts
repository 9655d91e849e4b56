import pg from 'pg';
import { inject } from 'vitest';
import { createDatabase, type OwnDatabase } from './database.ts';
import { onServer } from './server.ts';

/** A database and a user of it for whom everything is set that could change what a statement does. */
export interface HostileDatabase extends OwnDatabase {
  /** The database as that user reaches it. */
  readonly hostileUrl: string;
  /** The same, with time to work in and the right to write: what a person's own statements need. */
  readonly personUrl: string;
}

/**
 * What a statement is cut short by, and what it does or may write. Short enough for a migration and a page to meet it,
 * and long enough for a busy machine to begin a transaction in.
 */
const ENDS: Readonly<Record<string, string>> = {
  statement_timeout: '20ms',
  lock_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
  idle_session_timeout: '150ms',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
};

/** What a text or a name in a statement means, and how a value is written. */
const MEANINGS: Readonly<Record<string, string>> = {
  search_path: 'hostile',
  row_security: 'off',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kathmandu',
  standard_conforming_strings: 'off',
  escape_string_warning: 'off',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  array_nulls: 'off',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
  client_min_messages: 'debug1',
  xmloption: 'document',
  'plpgsql.variable_conflict': 'use_column',
  'plpgsql.extra_errors': 'all',
};

/** Set for the database as a whole; the rest for the user. */
const OF_DATABASE = [
  'default_transaction_isolation',
  'idle_session_timeout',
  'IntervalStyle',
  'bytea_output',
];

/** Functions and an operator that have the names of the system's, and fit calls better than these do. */
const IMPOSTORS = `
  CREATE SCHEMA hostile;
  ${[
    ...['now()', 'clock_timestamp()', 'statement_timestamp()', 'version()', 'pg_current_xact_id()'],
    ...['unnest(text[])', 'to_jsonb(text)', 'lower(text)', 'array_agg(text)', 'jsonb_array_elements(jsonb)'],
    ...['set_config(text, text, boolean)', 'current_setting(text)', 'current_setting(text, boolean)'],
    ...['to_char(timestamp, text)', 'to_char(timestamptz, text)', 'jsonb_build_object(text, text)'],
    ...['coalesce(text)', 'cardinality(text[])', 'jsonb_each(jsonb)', 'concat_ws(text, text)'],
    ...['pg_notify(text, text)', 'make_date(integer, integer, integer)', 'substr(text, integer, integer)'],
  ]
    .filter((signature) => !signature.startsWith('coalesce') && !signature.startsWith('array_agg'))
    .map(
      (signature) => `CREATE FUNCTION hostile.${signature} RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'an impostor was called: ${signature}'; END $$;`,
    )
    .join('\n')}
  CREATE FUNCTION hostile.differ(text, text) RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'an impostor was called: ='; END $$;
  CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.differ);
  GRANT USAGE ON SCHEMA hostile TO PUBLIC;`;

/** What the server of the tests has of these settings. */
async function settingsOf(url: string): Promise<Readonly<Record<string, string>>> {
  return onServer(url, async (client) => {
    const { rows } = await client.query<{ number: number }>(
      "SELECT current_setting('server_version_num')::integer AS number",
    );
    const isNew = (rows[0]?.number ?? 0) >= 170_000;
    return { ...ENDS, ...MEANINGS, ...(isNew && { transaction_timeout: '200ms' }) };
  });
}

/** An empty database whose owner meets all of it; whoever makes it drops it. */
export async function createHostile(): Promise<HostileDatabase> {
  const database = await createDatabase({ migrated: false });
  const { url } = inject('server');
  const owner = `${database.name}_owner`;
  const settings = Object.entries(await settingsOf(url));
  await onServer(database.url, async (client) => {
    await client.query(`CREATE ROLE ${owner} LOGIN PASSWORD 'hostile'; ${IMPOSTORS}`);
    await client.query(`ALTER DATABASE ${database.name} OWNER TO ${owner}`);
    for (const [name, value] of settings) {
      const whose = OF_DATABASE.includes(name) ? '' : `ROLE ${owner} IN `;
      await client.query(`ALTER ${whose}DATABASE ${database.name} SET ${name} = ${pg.escapeLiteral(value)}`);
    }
    // The test itself looks now and then.
    await client.query(`ALTER ROLE CURRENT_USER IN DATABASE ${database.name} SET idle_session_timeout = 0`);
  });
  const own = new URL(database.url);
  own.username = owner;
  own.password = 'hostile';
  const person = new URL(own);
  const freed = settings.filter(([name]) => /_timeout$|read_only$/.test(name));
  person.searchParams.set('options', freed.map(([name]) => `-c ${name}=0`).join(' '));
  const dropRole = () =>
    onServer(url, (client) => client.query(`DROP OWNED BY ${owner} CASCADE; DROP ROLE ${owner}`));
  return {
    ...database,
    hostileUrl: own.href,
    personUrl: person.href,
    async drop() {
      await database.drop();
      await dropRole();
    },
  };
}

/** The address of a database whose sessions begin with the same settings, as far as they are a user's own. */
export function withMeanings(url: string): string {
  const hostile = new URL(url);
  const options = Object.entries(MEANINGS).map(
    ([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`,
  );
  hostile.searchParams.set('options', options.join(' '));
  return hostile.href;
}
