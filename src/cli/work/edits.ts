import type { Database } from '../../db/connection/connect.ts';
import { type EditFilter, findEdits } from '../../db/edits/decisions.ts';
import { namesOf } from '../../db/edits/names.ts';
import { nameOf } from '../../edits/merge.ts';
import { PermanentError } from '../../errors.ts';
import { toJson } from '../../exact.ts';
import { resourceNamed } from '../../resources/index.ts';
import { commandName } from '../process/called.ts';
import type { Shell } from '../process/shell.ts';
import { editsTable } from '../render/edits-table.ts';
import { editText, fieldsOf, remoteOf } from '../render/edits-text.ts';
import { withMigrated } from '../runtime/migrated.ts';
import { setUp } from '../runtime/setup.ts';
import { type DecideOptions, decideEdits, unlessDecidable } from './edits-decide.ts';

/** Runs work on the mirror's database. It takes no Pylon. */
const onEdits = (shell: Shell, work: (db: Database) => Promise<number>): Promise<number> =>
  withMigrated(setUp(shell, { token: false }), work);

/** @throws UsageError when the filter names a resource that does not exist. */
function checkResources({ resources = [] }: EditFilter): void {
  for (const name of resources) resourceNamed(name);
}

/** Lists edits, the newest first. Returns the exit status. */
export async function runList(
  shell: Shell,
  {
    filter,
    limit,
    asJson,
  }: { readonly filter: EditFilter; readonly limit: number; readonly asJson: boolean },
): Promise<number> {
  checkResources(filter);
  return onEdits(shell, async (db) => {
    const { total, edits: found } = await findEdits(db.orm, filter, limit);
    const text = asJson ? toJson(found, null, 2) : editsTable(found, total, await namesOf(db.orm, found));
    shell.stdout.write(`${text}\n`);
    return 0;
  });
}

/** Shows one edit. Returns the exit status. */
export async function runShow(
  shell: Shell,
  { id, asJson }: { readonly id: number; readonly asJson: boolean },
): Promise<number> {
  return onEdits(shell, async (db) => {
    const [edit] = (await findEdits(db.orm, { ids: [id] }, 1)).edits;
    if (edit === undefined) throw new PermanentError(`there is no edit ${id}`);
    const fields = fieldsOf(edit).map((field) => ({
      field: nameOf(field),
      base: field.base ?? null,
      local: field.wanted ?? null,
      pylon: remoteOf(edit, field) ?? null,
      held: edit.held?.includes(nameOf(field)) ?? false,
    }));
    const text = asJson
      ? toJson({ ...edit, fields }, null, 2)
      : editText(edit, Date.now(), commandName(shell));
    shell.stdout.write(`${text}\n`);
    return 0;
  });
}

/** Applies a person's decision, made by a command of this name. Returns the exit status. */
export async function runDecide(shell: Shell, name: string, options: DecideOptions): Promise<number> {
  const { decision, filter } = options;
  checkResources(filter);
  unlessDecidable(name, decision, filter);
  return onEdits(shell, (db) => decideEdits(db, shell, options));
}
