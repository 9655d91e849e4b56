import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

/** What a client needs of its tree, by the folder and the name of the file that exports it. */
const NEEDED = [
  ['connect', 'src/db', 'connect.ts'],
  ['migrate', 'src/db', 'migrate.ts'],
  ['resources', 'src/resources', 'index.ts'],
  ['runBackfill', 'test/helpers', 'backfill.ts'],
  ['collectEarly', 'src/cli', 'heap.ts'],
] as const;

/** What counts the statements of our own tree, with the `pg` that this tree has. */
const COUNTING = ['countingRoundTrips', 'test/helpers', 'round-trips.ts'] as const;

/** A file of a tree, wherever in its folder it stands. */
function fileOf(root: string, folder: string, name: string): string {
  const [found] = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => `/${path}`.endsWith(`/${name}`))
    .sort((a, b) => a.length - b.length);
  if (found === undefined) throw new Error(`${root} has no ${folder}/${name}`);
  return join(root, folder, found);
}

/** A module that exports what is needed. It has no file, but a place in the tree, from which packages are found. */
function entry(place: string, text: string): Plugin {
  return {
    name: 'entry',
    resolveId: (id) => (id === place ? id : null),
    load: (id) => (id === place ? text : null),
  };
}

/** A module still finds the files beside its source, such as migrations. */
const inPlace: Plugin = {
  name: 'in-place',
  transform: {
    filter: { id: { exclude: /\/node_modules\// }, code: 'import.meta.url' },
    handler: (code, id) => code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
  },
};

/** The flags of Node with which a tree starts its program. */
export async function flagsOf(root: string): Promise<readonly string[]> {
  const heap: { readonly YOUNG?: string } = await import(fileOf(root, 'src/cli', 'heap.ts'));
  return heap.YOUNG === undefined ? [] : [heap.YOUNG];
}

/**
 * Bundles the client of a tree as the program is bundled, and returns the file. What compiles sources as they are loaded
 * names each function when it is made, which takes processor time that the program does not take.
 */
export async function bundleClient(root: string, isCounted: boolean, folder: string): Promise<string> {
  const needed = isCounted ? [...NEEDED, COUNTING] : NEEDED;
  const text = needed.map(
    ([name, place, file]) => `export { ${name} } from ${JSON.stringify(fileOf(root, place, file))};`,
  );
  const place = join(root, 'src', 'client.bench.ts');
  const bundle = await rolldown({
    input: place,
    platform: 'node',
    tsconfig: join(root, 'tsconfig.json'),
    external: ['pg-native'],
    logLevel: 'silent',
    plugins: [entry(place, text.join('\n')), inPlace],
  });
  try {
    await bundle.write({ dir: folder, entryFileNames: 'client.mjs', chunkFileNames: '[name].mjs' });
  } finally {
    await bundle.close();
  }
  return join(folder, 'client.mjs');
}
