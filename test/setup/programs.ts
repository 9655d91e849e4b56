import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** A program of the system that some tests need. */
interface Program {
  /** Names or paths under which it is looked for, in this order. */
  readonly names: readonly string[];
  readonly install: string;
  /** Programs without which it is of no use to the tests. */
  readonly besides?: readonly string[];
}

/** By the name that the files of its tests bear: `<what>.<program>.ts`. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  chromium: {
    names: process.env.CHROMIUM ? [process.env.CHROMIUM] : ['chromium', 'chromium-browser', 'google-chrome'],
    install: 'apt-get install chromium, or set CHROMIUM to the path of another browser',
  },
  npm: { names: ['npm'], install: 'it comes with Node, and these tests install from its registry' },
  pg_dump: {
    names: ['pg_dump'],
    install: "apt-get install postgresql-client, of the server's version",
  },
  promtool: { names: ['promtool'], install: 'apt-get install prometheus' },
  podman: {
    names: ['podman'],
    besides: ['buildah', 'debootstrap'],
    install: 'apt-get install buildah podman debootstrap runc; these tests run as root on Linux',
  },
  pgbouncer: { names: ['pgbouncer'], install: 'apt-get install pgbouncer, or brew install pgbouncer' },
};

/** Servers are often outside of a user's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where this machine has a program; undefined where it does not. */
export function pathOf(name: string): string | undefined {
  const { names, besides = [] } = PROGRAMS[name] ?? { names: [] };
  const found = (one: string) =>
    (one.includes('/') ? [one] : FOLDERS.map((folder) => join(folder, one))).find(isExecutable);
  if (besides.some((one) => found(one) === undefined)) return undefined;
  return names.map(found).find((path) => path !== undefined);
}
