import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Starter, starters } from '../test/helpers/starters.ts';
import { fastEnvironment, peakOfProcess, type Watched } from './command.ts';
import type { BenchServer } from './postgres.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox.ts';

/** Supported major versions. */
const NODES = ['20', '22', '24'];

const ISSUES = 20_000;

/** The peak of one starter under one Node. */
export interface StarterPeak {
  readonly node: string;
  readonly starter: string;
  readonly peakBytes: number;
}

export interface StarterFigures {
  readonly issues: number;
  readonly peaks: readonly StarterPeak[];
}

/** The program of a version of Node: this one, or one from npm's registry. */
async function programOf(major: string): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const words = ['-y', '-p', `node@${major}`, 'node', '-p', 'process.execPath'];
  const { stdout } = await promisify(execFile)('npx', words);
  return stdout.trim();
}

async function watched(
  { name, shell, takesCommand }: Starter,
  node: string,
  sandbox: SandboxProcess,
  database: string,
  folder: string,
): Promise<Watched> {
  const path = { PATH: `${dirname(node)}:${process.env.PATH}` };
  if (name === 'npm run demo') {
    const env = { ...path, PYLON_SYNC_DATA_DIR: join(folder, 'demo'), PYLON_SYNC_HTTP: '127.0.0.1:0' };
    return { shell, env, until: 'Ready: ' };
  }
  const env = { ...(await fastEnvironment(sandbox, database, folder)), ...path };
  if (takesCommand) return { shell: `${shell} backfill --resource issues`, env };
  return {
    shell,
    env: { ...env, PYLON_SYNC_RESOURCES: 'issues', PYLON_SYNC_HTTP: 'off' },
    until: '"pass":"backfill"',
  };
}

/** Peak memory of a first reading through every documented starter, under every supported Node. */
export async function measureStarters(
  server: BenchServer,
  tell: (peak: StarterPeak) => void,
): Promise<StarterFigures> {
  const sandbox = await startSandboxProcess({ kind: 'frozen', issues: ISSUES });
  const peaks: StarterPeak[] = [];
  try {
    for (const major of NODES) {
      const node = await programOf(major);
      const { stdout } = await promisify(execFile)(node, ['-p', 'process.versions.node']);
      for (const starter of starters()) {
        const database = await server.createDatabase();
        const peakBytes = await peakOfProcess(
          await watched(starter, node, sandbox, database.url, server.folder),
        );
        await database.drop();
        const peak = { node: stdout.trim(), starter: starter.name, peakBytes };
        tell(peak);
        peaks.push(peak);
      }
    }
    return { issues: ISSUES, peaks };
  } finally {
    await sandbox.stop();
  }
}
