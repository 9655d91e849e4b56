import { readFileSync } from 'node:fs';
import { reasonOf, UsageError } from '../../errors.ts';
import { readSecretFile } from '../../secret-files.ts';
import { trustCertificates } from './certificates.ts';
import { parseEnvFile } from './env-file.ts';

/** What Node, OpenSSL or the loader read before this program runs. */
const TOO_LATE =
  /^(?:NODE_(?!(?:ENV|TLS_REJECT_UNAUTHORIZED|EXTRA_CA_CERTS)$)\w*|OPENSSL_CONF|SSL_CERT_(?:FILE|DIR)|LD_\w+|UV_\w+)$/;

const CERTIFICATES = 'NODE_EXTRA_CA_CERTS';

/** The text of the file; undefined where there is none. */
function readText(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read (${reasonOf(error)}): mend it or move it away`);
  }
}

/**
 * Sets in the process's environment what a file says and the environment does not: libraries read it there (`PGPASSWORD`,
 * `TZ`). So they do the password of a `PGPASSWORD_FILE`.
 *
 * @throws UsageError naming every line that cannot be read, and every variable that a file sets too late.
 */
export function loadEnvironment(path: string, env: NodeJS.ProcessEnv): void {
  const text = readText(path);
  const { values, problems } = parseEnvFile(text ?? '');
  const wrong = problems.map((problem) => `${path}: ${problem}`);
  for (const [name, value] of values) {
    if (env[name] !== undefined) continue;
    if (TOO_LATE.test(name) && value !== '')
      wrong.push(`${path}: ${name} is read before this file is: set it in the environment instead`);
    else if (name === CERTIFICATES && value !== '') {
      const problem = trustCertificates(value);
      if (problem !== undefined) wrong.push(`${path}: ${name} ${problem}`);
    } else env[name] = value;
  }
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'));
  givePassword(env);
}

/** What is wrong with the file is said with the rest of the configuration, by whoever needs a database. */
function givePassword(env: NodeJS.ProcessEnv): void {
  const { PGPASSWORD: password, PGPASSWORD_FILE: file } = env;
  if (!file?.trim() || password?.trim()) return;
  const read = readSecretFile(file);
  if ('problem' in read) return;
  env.PGPASSWORD = read.text;
  delete env.PGPASSWORD_FILE;
}
