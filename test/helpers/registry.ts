import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const execute = promisify(execFile);

/** What the machine's network needs. */
const NETWORK = /^(npm_config_registry|https?_proxy|no_proxy|node_extra_ca_certs)$/i;

/** A folder of a new user, who has no settings of npm and no cache, and the way to the registry. */
export interface NewUser {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether packages can be installed here: a machine may have npm and no way to a registry. */
  readonly hasRegistry: boolean;
  /** Packs what is built, and returns the archive's path with the paths of its files. */
  pack(): Promise<{ readonly archive: string; readonly files: readonly string[] }>;
  /** Installs packages in a folder inside, without their scripts. */
  install(packages: readonly string[], inside?: string): Promise<void>;
  /** Runs a program in the folder; `env` adds variables. Returns what it printed. */
  run(program: string, words: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
}

/** A new user's folder, which is removed after the file's tests. `what` is left out where there is no registry, and named. */
export async function newUser(what: string): Promise<NewUser> {
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-package-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    ...Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        NETWORK.test(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
  };
  const hasRegistry = await execute('npm', ['ping'], { cwd: folder, env, timeout: 30_000 }).then(
    () => true,
    () => false,
  );
  if (!hasRegistry) process.stderr.write(`Left out: ${what}: npm reaches no registry\n`);
  return {
    folder,
    env,
    hasRegistry,
    async pack() {
      // Without scripts: they would build the package again, under other tests.
      const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
      const [packed] = JSON.parse((await execute('npm', words, { cwd: ROOT, env })).stdout);
      return {
        archive: join(folder, packed.filename),
        files: packed.files.map(({ path }: { readonly path: string }) => path),
      };
    },
    async install(packages, inside = '.') {
      const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', inside];
      await execute('npm', [...words, ...packages], { cwd: folder, env });
    },
    async run(program, words, more = {}) {
      return (await execute(program, words, { cwd: folder, env: { ...env, ...more } })).stdout;
    },
  };
}
