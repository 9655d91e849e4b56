import { readFileSync } from 'node:fs';
import { reasonOf, UsageError } from '../../errors.ts';
import { readSecretFile } from '../../secret-files.ts';
import { trustCertificates } from './certificates.ts';
import { parseEnvFile } from './env-file.ts';

/** Variables that Node, OpenSSL or the loader read before this program runs. */
const TOO_LATE =
  /^(?:NODE_(?!(?:ENV|TLS_REJECT_UNAUTHORIZED|EXTRA_CA_CERTS)$)\w*|OPENSSL_CONF|SSL_CERT_(?:FILE|DIR)|LD_\w+|UV_\w+)$/;

const CERTIFICATES = 'NODE_EXTRA_CA_CERTS';

/** The text of the file; undefined where there is no such file. */
function readText(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`${path} cannot be read (${reasonOf(error)}): mend it or move it away`);
  }
}

/**
 * Sets the variables of an env file in the process's environment, where libraries read them (`PGPASSWORD`, `TZ`). A
 * variable that the environment has keeps its value. `PGPASSWORD` is also set from `PGPASSWORD_FILE`.
 *
 * @throws UsageError naming every line that cannot be read and every variable for which a file is too late.
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

/**
 * Sets `PGPASSWORD` from `PGPASSWORD_FILE`. A file that cannot be read is reported later, with the rest of the
 * configuration.
 */
function givePassword(env: NodeJS.ProcessEnv): void {
  const { PGPASSWORD: password, PGPASSWORD_FILE: file } = env;
  if (!file?.trim() || password?.trim()) return;
  const read = readSecretFile(file);
  if ('problem' in read) return;
  env.PGPASSWORD = read.text;
  delete env.PGPASSWORD_FILE;
}
