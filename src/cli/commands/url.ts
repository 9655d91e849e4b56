import type { Command } from 'commander';
import { PermanentError, UsageError } from '../../errors.ts';
import { runningUrl } from '../../postgres/running.ts';
import type { Run } from '../process/shell.ts';
import { setUp } from '../runtime/setup.ts';

export function addUrl(program: Command, run: Run): void {
  program
    .command('url')
    .description('print how to connect to the embedded Postgres that runs here')
    .action(() =>
      run(async (shell) => {
        const { config } = setUp(shell, { token: false });
        if (config.databaseUrl !== undefined)
          throw new UsageError(
            'DATABASE_URL is set: that is how to connect; `url` is for the embedded Postgres',
          );
        const url = await runningUrl(config.dataDir);
        if (url === undefined)
          throw new PermanentError(
            `no Postgres runs in ${config.dataDir}: \`pylon-sync start\` starts it, and PYLON_SYNC_DATA_DIR names another folder`,
          );
        shell.stdout.write(`${url}\n`);
        return 0;
      }),
    );
}
