import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

/** The program and the image's health check, each in one file with what it uses: docs/decisions/0043. */
export default defineConfig({
  input: ['src/main.ts', 'src/healthcheck.ts'],
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // A native client, which pg asks for where somebody wants it: nobody does here.
  external: ['pg-native'],
  output: { dir: 'dist', cleanDir: true, chunkFileNames: '[name].js' },
  plugins: [licences()],
});

/** `dist/LICENSES.txt`: the terms of every package that the files contain. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(
        modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/')) ?? []),
      );
      const texts = [...folders].sort().map(termsOf);
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join('\n') });
    },
  };
}

function termsOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'license.md']
    .map((one) => join(folder, one))
    .find((path) => existsSync(path));
  const text = file === undefined ? 'The package holds no text of it.\n' : readFileSync(file, 'utf8');
  return `${name} ${version} (${license})\n\n${text}`;
}
