import { readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';
import { views } from '../bi/all.ts';
import { editFunction, viewTriggers } from '../bi/editing/triggers.ts';
import {
  areViewsCurrent,
  areViewsKnown,
  FUNCTIONS,
  installedPieces,
  SCHEMA_PIECE,
  viewPieceName,
} from '../bi/install.ts';
import { metabaseMetadata } from '../bi/metabase.ts';
import { readTroubles } from '../bi/trouble.ts';
import { notedTypeViews } from '../bi/types.ts';
import type { View } from '../bi/view.ts';
import { captureStatements, installedCapture } from '../capture/install.ts';
import type { Executor } from '../connection/connect.ts';
import { standing } from './catalogue.ts';
import { installedBy } from './installed.ts';
import { type Migrated, partsOf } from './migrated.ts';
import { MIGRATIONS } from './migrations.ts';
import { KINDS, keyOf, nameOf, type Part } from './part.ts';

/** What the migrations with these hashes have created. */
export function migrated(hashes: readonly string[]): Migrated {
  const done = readMigrationFiles({ migrationsFolder: MIGRATIONS }).filter(({ hash }) =>
    hashes.includes(hash),
  );
  return partsOf(done.flatMap(({ sql }) => sql));
}

/** The triggers, policies and functions with which this version captures edits. */
export const capturing = (): readonly Part[] => installedBy(captureStatements());

const VIEWS: Part = { kind: 'schema', schema: 'pylon_bi', table: '', name: 'pylon_bi' };

/** A part, and the piece of the installation of views that it belongs to. */
interface PieceOfViews extends Part {
  readonly piece: string;
}

/** The views of this version and those of types of custom objects, with the schema, functions and triggers that they need. */
export const viewing = (ofTypes: readonly View[] = []): readonly PieceOfViews[] => [
  ...[...installedBy(FUNCTIONS), VIEWS].map((part) => ({ ...part, piece: SCHEMA_PIECE })),
  ...[...views, ...ofTypes, metabaseMetadata].flatMap((view) => {
    const parts: readonly Part[] = [
      { kind: 'view', schema: 'pylon_bi', table: '', name: view.name },
      ...viewTriggers(view).map(
        (name): Part => ({ kind: 'trigger', schema: 'pylon_bi', table: view.name, name }),
      ),
      ...(view.editing === undefined
        ? []
        : [{ kind: 'function', schema: 'pylon_bi', table: '', name: editFunction(view) } as const]),
    ];
    return parts.map((part) => ({ ...part, piece: viewPieceName(view) }));
  }),
];

/**
 * The parts that this version has installed and that are missing. If another version installed the views, only their
 * schema is checked. Views that could not be created are noted elsewhere and not included, nor is what an interrupted
 * installation has yet to create. The tables of `pylon_sync` must exist.
 *
 * @param tx Drizzle on the same transaction.
 * @param stands The keys of the parts that exist, as `standing` reads them.
 */
export async function uninstalled(
  client: pg.PoolClient,
  tx: Executor,
  stands: ReadonlySet<string>,
): Promise<readonly Part[]> {
  const installed = await installedPieces(tx);
  const isCurrent = await areViewsCurrent(tx);
  const ofViews = isCurrent ? viewing(await notedTypeViews(tx)) : (await areViewsKnown(tx)) ? [VIEWS] : [];
  const parts = [
    ...installedBy(await installedCapture(client)),
    ...ofViews.filter((part) => !('piece' in part) || installed.has(part.piece)),
  ];
  const troubles = await readTroubles(tx);
  return lacking(stands, parts).filter(
    ({ kind, schema, table, name }) =>
      !troubles.some(
        ({ relation, because }) =>
          because !== null && relation === `${schema}.${kind === 'trigger' ? table : name}`,
      ),
  );
}

/** The parts that do not exist, in the order in which they must be created. */
export const missingOf = async <P extends Part>(
  db: Pick<pg.ClientBase, 'query'>,
  parts: readonly P[],
): Promise<readonly P[]> => lacking(await standing(db), parts);

/** The same, by the keys of the parts that exist. */
export const lacking = <P extends Part>(stands: ReadonlySet<string>, parts: readonly P[]): readonly P[] =>
  parts
    .filter((part) => !stands.has(keyOf(part)))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));

/** Names of missing parts, without those that belong to another missing part. */
export function namesOf(missing: readonly Part[]): readonly string[] {
  const lost = (kind: Part['kind'], schema: string, name: string) =>
    missing.some((part) => part.kind === kind && part.schema === schema && part.name === name);
  return missing
    .filter(
      ({ kind, schema, table }) =>
        kind === 'schema' ||
        !(
          lost('schema', schema, schema) ||
          (kind !== 'table' && lost('table', schema, table)) ||
          (kind === 'trigger' && lost('view', schema, table))
        ),
    )
    .map(nameOf);
}
