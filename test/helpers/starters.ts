import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** A way in which people start the program: what a shell runs in this folder, without the command's own words. */
export interface Starter {
  readonly name: string;
  readonly shell: string;
  /** Whether the words of a command are its user's to add. */
  readonly takesCommand: boolean;
}

function matched(path: string, pattern: RegExp): string {
  const found = pattern.exec(read(path))?.[1];
  if (found === undefined) throw new Error(`${path} has no ${pattern}`);
  return found;
}

/** Every documented one, as the files have it that start the program. */
export const starters = (): readonly Starter[] => [
  {
    name: 'the image',
    shell: (JSON.parse(matched('Dockerfile', /^ENTRYPOINT (\[.*\])$/m)) as readonly string[]).join(' '),
    takesCommand: true,
  },
  { name: 'npm start', shell: packageJson.scripts.start, takesCommand: false },
  { name: 'npm run demo', shell: packageJson.scripts.demo, takesCommand: false },
  { name: 'npm run pylon-sync', shell: packageJson.scripts['pylon-sync'], takesCommand: true },
  {
    name: 'the bin',
    // As the kernel reads its first line.
    shell: `${matched('src/main.ts', /^#!(.*)\n/)} ${packageJson.bin['pylon-sync']}`,
    takesCommand: true,
  },
  {
    name: 'the unit file',
    shell: matched('docs/pylon-sync.service', /^ExecStart=(.*)$/m),
    takesCommand: false,
  },
];
