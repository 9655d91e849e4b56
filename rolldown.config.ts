import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

/** The program and the image's health check, with what they use: docs/decisions/0043 and 0062. */
export default defineConfig({
  input: ['src/main.ts', 'src/healthcheck.ts'],
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // A native client, which pg asks for where somebody wants it: nobody does here.
  external: ['pg-native'],
  // What the program is, by which it knows a database that it has found whole (src/db/schema/seal.ts).
  transform: { define: { PROGRAM_DIGEST: JSON.stringify(digestOfSources()) } },
  output: { dir: 'dist', cleanDir: true, chunkFileNames: '[name].js' },
  plugins: [licences(), withoutCloudflare()],
});

/** Of everything that the files are made of. */
export function digestOfSources(): string {
  const digest = createHash('sha256');
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const file of [...sources.sort().map((name) => join('src', name)), 'package-lock.json'])
    digest.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return digest.digest('hex');
}

/**
 * pg looks whether it runs at Cloudflare: it makes a `Response`, for which Node 20 loads all of its `fetch`, a tenth of what
 * a start costs. Here it never does.
 */
export function withoutCloudflare(): Plugin {
  const asked = /if \(isCloudflareRuntime\(\)\)/;
  return {
    name: 'without-cloudflare',
    transform: {
      filter: { id: /\/node_modules\/pg\/lib\/stream\.js$/ },
      handler(code) {
        if (!asked.test(code))
          this.error('pg asks for Cloudflare in another way: see what this is to replace');
        return code.replace(asked, 'if (false)');
      },
    },
  };
}

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
