import { createHash } from 'node:crypto';
import type pg from 'pg';
import { resources } from '../../resources/index.ts';
import { actionFunctions } from './actions.ts';
import { calls } from './calls/index.ts';
import { dropObsoleteFunctions, renameFunctions } from './former-names.ts';
import { ownGrants } from './grants.ts';
import { mergeFunctions } from './merge/index.ts';
import { literal } from './names.ts';
import { fileTriggers, queueTriggers } from './queues.ts';
import { revokeFunctions } from './roles.ts';
import { rowFunctions } from './rows/index.ts';
import { captureOf } from './table.ts';
import { transitionFunctions } from './transitions/index.ts';
import { triggerFunctions } from './triggers/index.ts';
import { DECIDE_IN_PARTS } from './user-functions/decide-in-parts.sql.ts';
import { userFunctions } from './user-functions/index.ts';
import { FOR_ALL, FOR_APPROVERS, FOR_CALLERS, FOR_EDITORS } from './user-functions/signatures.ts';
import { validationFunctions } from './validation/index.ts';
import { policies, visibleFunctions } from './visible.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** Statements that run together, under a name: once, and again if their digest has changed. */
interface Part {
  readonly name: string;
  readonly statements: readonly string[];
  readonly digest: string;
}

const generated = new Map<string, readonly Part[]>();

/** All statements that install the capture of edits, in order; generated once for each owner, since that takes long. */
function captureParts(owner: string): readonly Part[] {
  const parts =
    generated.get(owner) ??
    generate(owner).map(([name, statements]) => ({ name, statements, digest: digestOf(statements) }));
  generated.set(owner, parts);
  return parts;
}

function generate(owner: string): readonly (readonly [name: string, statements: readonly string[]])[] {
  const editable = resources.filter(({ writes }) => writes !== undefined);
  const tables = resources.map((resource) => ({ name: resource.name, ...captureOf(resource, owner) }));
  return [
    [
      'functions',
      [
        renameFunctions(),
        ...triggerFunctions,
        ...validationFunctions,
        ...tables.flatMap(({ functions }) => functions),
        ...mergeFunctions(editable),
        ...rowFunctions(editable),
        ...transitionFunctions(editable),
        ...visibleFunctions,
        ...calls(),
        ...userFunctions,
        ...actionFunctions(),
        ...Object.entries({ ...FOR_EDITORS, ...FOR_CALLERS, ...FOR_APPROVERS, ...FOR_ALL }).map(
          ([signature, comment]) => `COMMENT ON FUNCTION pylon_sync.${signature} IS ${literal(comment)}`,
        ),
        revokeFunctions(),
        `COMMENT ON PROCEDURE pylon_sync.${DECIDE_IN_PARTS} IS ${literal('Decides about edits as the functions do, and commits after each thousand.')}`,
        ...Object.keys(FOR_ALL).map(
          (signature) => `GRANT EXECUTE ON FUNCTION pylon_sync.${signature} TO PUBLIC`,
        ),
        ownGrants(),
      ],
    ],
    ['policies', policies()],
    ['triggers of queues', queueTriggers()],
    ['triggers of files', fileTriggers],
    // Each table separately, so that a changed trigger locks its own table only.
    ...tables.map(({ name, triggers }) => [`triggers of ${name}`, triggers] as const),
    ['obsolete functions', dropObsoleteFunctions()],
  ];
}

/** All statements of this version, for any owner of the tables. */
export const captureStatements = (): readonly string[] =>
  captureParts('').flatMap(({ statements }) => statements);

const digestOf = (statements: readonly string[]) =>
  createHash('sha256').update(statements.join(';\n')).digest('hex');

/** The digests of the installed parts, by name. */
async function knownDigests(client: Client): Promise<Readonly<Record<string, string>>> {
  const { rows } = await client.query<{ known: unknown }>(
    "SELECT value AS known FROM pylon_sync.settings WHERE key = 'capture'",
  );
  const known = rows[0]?.known;
  return (known !== null && typeof known === 'object' ? known : {}) as Readonly<Record<string, string>>;
}

/** The owner of the tables, of whom several logins may be members: the mark of the daemon counts for each of them. */
async function ownerOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ owner: string }>(
    `SELECT pg_get_userbyid(relowner)::text AS owner FROM pg_class WHERE oid = to_regclass('pylon_sync.edits')`,
  );
  return rows[0]?.owner ?? '';
}

/**
 * The statements of this version that are installed as they are. Parts that another version installed are left out.
 */
export async function installedCapture(client: Client): Promise<readonly string[]> {
  const owner = await ownerOf(client);
  const known = await knownDigests(client);
  return captureParts(owner).flatMap(({ name, statements, digest }) =>
    known[name] === digest ? statements : [],
  );
}

/**
 * Installs the functions and triggers of this version that capture edits, unless they are installed. Must run in a
 * migration's transaction. They are generated from the descriptors, and need no migration of their own.
 *
 * @param isLost Whether an object that these statements created is missing, so that they run again.
 */
export async function installCapture(
  client: pg.ClientBase,
  ran: (statement: string) => void,
  isLost: (statements: readonly string[]) => boolean = () => false,
): Promise<boolean> {
  const owner = await ownerOf(client);
  const former = await knownDigests(client);
  const digests: Record<string, string> = {};
  let isChanged = false;
  for (const { name, statements, digest } of captureParts(owner)) {
    digests[name] = digest;
    if (former[name] === digest && !isLost(statements)) continue;
    isChanged = true;
    for (const statement of statements) {
      ran(statement);
      await client.query(statement);
    }
  }
  if (!isChanged) return false;
  await client.query(
    `INSERT INTO pylon_sync.settings (key, value) VALUES ('capture', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [JSON.stringify(digests)],
  );
  return true;
}
