import type { Command } from 'commander';
import { readTroubles, troubleInWords } from '../db/bi/trouble.ts';
import { missingRoles } from '../db/capture/roles.ts';
import { migrate, type Restored } from '../db/migrate.ts';
import { isPublished } from '../db/publication.ts';
import { plural } from '../figures.ts';
import { databaseName, withDatabase } from './database.ts';
import { setUp } from './setup.ts';
import type { Run } from './shell.ts';

/** What to do about roles that could not be made. */
export const rolesAdvice = (missing: readonly string[]): string =>
  `without ${missing.join(', ')}, as this database user may not make roles: have docs/roles.sql run by one who may, then migrate again`;

export function addMigrate(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('bring the database to this version')
    .action(() =>
      run(async (shell) => {
        const setup = setUp(shell, { token: false });
        return withDatabase(setup, async ({ pool, orm }, url) => {
          const onRestored = ({ objects, resources }: Restored) => {
            shell.stdout.write(`made again, as they were missing: ${objects.join(', ')}\n`);
            if (resources.length > 0) shell.stdout.write(`to be read anew: ${resources.join(', ')}\n`);
          };
          const applied = await migrate(pool, { onRestored });
          const what = applied === 0 ? 'nothing to do' : `${plural(applied, 'migration')} applied`;
          shell.stdout.write(`${databaseName(setup, url)}: ${what}\n`);
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
      }),
    );
}
