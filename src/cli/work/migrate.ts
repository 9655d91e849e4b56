import { readTroubles, troubleInWords } from '../../db/bi/trouble.ts';
import { missingRoles } from '../../db/capture/roles.ts';
import { migrate, type Restored, TRIGGERS } from '../../db/schema/migrate.ts';
import { isPublished } from '../../db/schema/publication.ts';
import { plural } from '../../format.ts';
import type { Shell } from '../process/shell.ts';
import { databaseName, withDatabase } from '../runtime/database.ts';
import { setUp } from '../runtime/setup.ts';

/** Advice about roles that this database user may not create. */
export const rolesAdvice = (missing: readonly string[]): string =>
  `without ${missing.join(', ')}, as this database user may not create roles: an administrator has to run docs/roles.sql; then migrate again`;

/** The outcome of a migration in one line. */
function whatWasDone(migrations: number, remade: readonly string[]): string {
  if (migrations > 0) return `${plural(migrations, 'migration')} applied`;
  const views = remade.filter((name) => name.startsWith('pylon_bi.')).length;
  const others = remade.length - views - (remade.includes(TRIGGERS) ? 1 : 0);
  const done = [
    ...(views === 0 ? [] : [`${plural(views, 'view')} made anew`]),
    ...(remade.includes(TRIGGERS) ? ['triggers made anew'] : []),
    ...(others === 0 ? [] : ['functions and comments made anew']),
  ];
  return done.length === 0 ? 'nothing to do' : done.join(', ');
}

/** Applies what is pending and prints what was done. Returns the exit status. */
export async function runMigrate(shell: Shell): Promise<number> {
  const setup = setUp(shell, { token: false });
  return withDatabase(setup, async ({ pool, orm }, url) => {
    const onRestored = ({ objects, resources }: Restored) => {
      shell.stdout.write(`created again, as they were missing: ${objects.join(', ')}\n`);
      if (resources.length > 0) shell.stdout.write(`to be read again: ${resources.join(', ')}\n`);
    };
    let remade: readonly string[] = [];
    const applied = await migrate(pool, {
      onRestored,
      onRemade: (names) => {
        remade = names;
      },
    });
    shell.stdout.write(`${databaseName(setup, url)}: ${whatWasDone(applied, remade)}\n`);
    for (const line of (await readTroubles(orm)).flatMap(troubleInWords))
      shell.stdout.write(`note: ${line}\n`);
    const missing = await missingRoles(pool);
    if (missing.length > 0) shell.stdout.write(`note: ${rolesAdvice(missing)}\n`);
    if (!(await isPublished(pool)))
      shell.stdout.write(
        'note: the mirror is not published: this database user may not publish it (an administrator runs docs/publication.sql), or a table is in use (migrate again)\n',
      );
    return 0;
  });
}
