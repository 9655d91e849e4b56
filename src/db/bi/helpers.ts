/**
 * How functions are made that views call: of their arguments alone, by whoever reads the view. Each is an expression that
 * is parsed as it is made, so that nothing the reader has set decides what a name or a backslash in it means; a `SET` of
 * its own would cost more with every call.
 */
const PURE = 'LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE';

/** Ends of what stands on lines of its own. */
const BREAKS = '<(?:br|/p|/div|/li|/tr|/h[1-6])\\y[^>]*>';

/**
 * What is no text, one expression an element: one for both would have to refer back to the name, and would be tried from
 * each tag to the end of the text.
 */
const HIDDEN = ['script', 'style'].map((name) => `<${name}\\y.*?</${name}\\s*>`);

const ENTITIES: readonly (readonly [entity: string, text: string])[] = [
  ['&nbsp;', ' '],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#34;', '"'],
  ['&#39;', "''"],
  ['&apos;', "''"],
  // Last: what it stands before is none of the others'.
  ['&amp;', '&'],
];

const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
/** Postgres takes no text of more than 128 characters for a time. */
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,40})?)?';
/** As far as Postgres takes one. */
const ZONE = '(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)';

/** Whether a text that begins as a date is one of the calendar's, and not the zero time that stands for none. */
const IN_CALENDAR = `substr($1, 1, 4) <> '0000' AND substr($1, 1, 10) <> '0001-01-01'
    AND substr($1, 9, 2)::integer <= extract(day FROM make_date(substr($1, 1, 4)::integer, substr($1, 6, 2)::integer, 1) + interval '1 month - 1 day')`;

/** Functions that views are made of. Values of custom fields are texts: what is not what its field is to be is null. */
export const viewFunctions = (): readonly string[] => [
  // Of a statement that changes a view, unless another trigger says what it means. Argument: the table that it shows.
  `CREATE OR REPLACE FUNCTION pylon_bi.refuse_change() RETURNS trigger
   LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
   BEGIN
     IF EXISTS (SELECT FROM pg_trigger
                 WHERE tgrelid = TG_RELID AND tgname <> TG_NAME AND tgenabled <> 'D' AND tgtype & 64 <> 0
                   AND tgtype & CASE TG_OP WHEN 'INSERT' THEN 4 WHEN 'DELETE' THEN 8 ELSE 16 END <> 0) THEN
       RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
     END IF;
     RAISE EXCEPTION '% of pylon_bi.% is refused: it shows %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
       USING ERRCODE = '0A000', TABLE = TG_TABLE_NAME,
             HINT = CASE WHEN TG_ARGV[0] LIKE 'pylon.%' THEN 'Change ' || TG_ARGV[0] || ', and Pylon follows.' ELSE 'It is the daemon''s own.' END;
   END $$`,
  `CREATE OR REPLACE FUNCTION pylon_bi.to_number(given text) RETURNS numeric ${PURE}
     RETURN CASE WHEN $1 ~ '^\\s*[+-]?([0-9]{1,100}([.][0-9]{0,100})?|[.][0-9]{1,100})(e[+-]?[0-9]{1,2})?\\s*$' THEN CASE WHEN abs($1::numeric) < 1e20
       THEN CASE WHEN scale($1::numeric) > 18 THEN round($1::numeric, 18) ELSE $1::numeric END END END`,
  `CREATE OR REPLACE FUNCTION pylon_bi.to_boolean(given text) RETURNS boolean ${PURE}
     RETURN CASE lower($1) WHEN 'true' THEN true WHEN 'false' THEN false END`,
  `CREATE OR REPLACE FUNCTION pylon_bi.to_day(given text) RETURNS date ${PURE}
     RETURN CASE WHEN $1 ~ '^${DATE}($|[T ])' THEN CASE WHEN ${IN_CALENDAR}
       THEN make_date(substr($1, 1, 4)::integer, substr($1, 6, 2)::integer, substr($1, 9, 2)::integer) END END`,
  // Without a zone it is UTC, whoever reads it.
  `CREATE OR REPLACE FUNCTION pylon_bi.to_instant(given text) RETURNS timestamptz ${PURE}
     RETURN CASE WHEN $1 ~ '^${DATE}([T ]${TIME}${ZONE}?)?$' THEN CASE WHEN ${IN_CALENDAR}
       THEN CASE WHEN $1 ~ '[T ].*${ZONE}$' THEN $1::timestamptz
                 ELSE $1::timestamp AT TIME ZONE 'UTC' END END END`,
  `CREATE OR REPLACE FUNCTION pylon_bi.to_texts(given jsonb) RETURNS text[] ${PURE}
     RETURN CASE jsonb_typeof($1)
       WHEN 'array' THEN ARRAY(SELECT one FROM jsonb_array_elements_text($1) WITH ORDINALITY AS item(one, place) ORDER BY place)
       WHEN 'null' THEN NULL ELSE ARRAY[$1 #>> '{}'] END`,
  `CREATE OR REPLACE FUNCTION pylon_bi.plain_text(html text) RETURNS text ${PURE}
     RETURN btrim(regexp_replace(regexp_replace(${ENTITIES.reduce(
       (text, [entity, shown]) => `replace(${text}, '${entity}', '${shown}')`,
       `regexp_replace(regexp_replace(${HIDDEN.reduce((html, hidden) => `regexp_replace(${html}, '${hidden}', '', 'gi')`, '$1')}, '${BREAKS}', E'\\n', 'gi'), '<[^>]*>', '', 'g')`,
     )}, '[ \\t]+', ' ', 'g'), E' *\\n *(?:\\n *)*', E'\\n', 'g'), E' \\n\\t\\r')`,
];

/** What may pass from a statement's begin, whose time its rows bear, until it has locked their table: seconds. */
const UNSEEN_SECONDS = 10;

/**
 * The bound below which every `_synced_at` is committed: rows with a time before it are not added to any more. Null
 * while a transaction writes to the mirror whose begin cannot be seen: that of another user, where the owner of this
 * function is not let see it (`pg_read_all_stats`).
 */
export const syncedUntil = (
  unseenSeconds = UNSEEN_SECONDS,
) => `CREATE OR REPLACE FUNCTION pylon_bi.synced_until() RETURNS timestamptz
   LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
     WITH others AS (
       SELECT pid, xact_start FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'),
     writers AS (
       SELECT DISTINCT held.pid FROM pg_locks AS held
         JOIN pg_class AS kept ON kept.oid = held.relation
        WHERE held.locktype = 'relation' AND held.mode = 'RowExclusiveLock'
          AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND kept.relnamespace = to_regnamespace('pylon') AND kept.relkind = 'r' AND held.pid <> pg_backend_pid())
     SELECT CASE WHEN NOT EXISTS (SELECT FROM writers JOIN others USING (pid) WHERE others.xact_start IS NULL)
       THEN least(statement_timestamp() - interval '${unseenSeconds} seconds', (SELECT min(xact_start) FROM others)) END $$`;
