import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { YOUNG } from '../../src/cli/process/heap.ts';
import { COMMAND, launch } from './command.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** What a process of the built program has loaded. */
export interface Loaded {
  /** Of its files, by name. */
  readonly bytes: number;
  /** The packages that these contain any module of. */
  readonly packages: readonly string[];
  /** The modules of ours that these contain, as paths below `src`. */
  readonly modules: readonly string[];
  /** Whether Node has loaded its own `fetch`. */
  readonly fetch: boolean;
}

interface Covered {
  readonly result: readonly { readonly url: string }[];
}

const FETCH = 'NativeModule internal/deps/undici/undici';

/** Has the process print at its end whether Node's own `fetch` was loaded. Only Node's list of its modules says so. */
const TELL = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.stderr.write('fetch ' + process.moduleLoadList.includes('${FETCH}') + '\\n'))`,
)}`;

/** Runs a command of the built program, until it ends or has printed `until`, and tells what it has loaded. */
export async function loadedBy(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  until?: string,
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-loaded-'));
  try {
    const [node, main] = COMMAND;
    const process = launch(words, { ...env, NODE_V8_COVERAGE: folder }, folder, [
      ...[node, YOUNG, '--import', TELL, main],
    ]);
    if (until !== undefined) {
      await process.until(until);
      process.kill('SIGTERM');
    }
    const { stderr } = await process.ended;
    const files = await filesIn(folder);
    const texts = await Promise.all(files.map((file) => readFile(join(DIST, file), 'utf8')));
    // Above each module the bundler writes where it comes from.
    const sources = texts.flatMap((text) =>
      [...text.matchAll(/^\/\/ (\S+\.[cm]?[jt]s)$/gm)].map(([, path = '']) => path),
    );
    const packages = sources.flatMap((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    return {
      bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
      packages: [...new Set(packages)].sort(),
      modules: sources.flatMap((path) => /^src\/(.+)$/.exec(path)?.[1] ?? []),
      fetch: stderr.includes('fetch true'),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The program's files that a process has loaded, from what V8 says of its coverage. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const reports = (await readdir(folder)).filter((name) => name.startsWith('coverage-'));
  const urls = await Promise.all(
    reports.map(async (name) => {
      const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as Covered;
      return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
    }),
  );
  return [
    ...new Set(
      urls
        .flat()
        .filter((path) => path.startsWith(DIST))
        .map((path) => basename(path)),
    ),
  ];
}
