import type { Command } from 'commander';
import { migrate } from '../db/migrate.ts';
import { plural } from '../figures.ts';
import { databaseName, withDatabase } from './database.ts';
import { setUp } from './setup.ts';
import type { Run } from './shell.ts';

export function addMigrate(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('bring the database to this version')
    .action(() =>
      run(async (shell) => {
        const setup = setUp(shell, { token: false });
        return withDatabase(setup, async ({ pool }, url) => {
          const applied = await migrate(pool);
          const what = applied === 0 ? 'nothing to do' : `${plural(applied, 'migration')} applied`;
          shell.stdout.write(`${databaseName(setup, url)}: ${what}\n`);
          return 0;
        });
      }),
    );
}
