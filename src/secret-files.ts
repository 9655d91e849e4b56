import { readFileSync } from 'node:fs';

/** Variables whose values are never shown. Each can also be read from the file that `<name>_FILE` names. */
export const SECRETS = [
  'PYLON_API_TOKEN',
  'DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'PGPASSWORD',
  'PYLON_WEBHOOK_SECRET',
  'PYLON_SYNC_PING_URL',
  'PYLON_SYNC_ALERT_URL',
  'PYLON_SYNC_ALERT_SECRET',
  'HTTPS_PROXY',
  'HTTP_PROXY',
] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/** The secret in a file, or why the file cannot be used. */
type SecretFile = { readonly text: string } | { readonly problem: string };

const TAKES = 'takes the path of a file that holds the secret';

/** The variable with the path of a secret's file. */
export const fileVariable = (secret: string): string => `${secret}_FILE`;

/** Reads a secret from a file: all of it, without a line break at the end. */
export function readSecretFile(path: string): SecretFile {
  try {
    const text = readFileSync(path.trim(), 'utf8').replace(/\r?\n$/, '');
    return text.trim() === '' ? { problem: `${TAKES} (the file is empty)` } : { text };
  } catch (error) {
    // The error's message has the path, and somebody may have put the secret itself in its place.
    return { problem: `${TAKES} (${(error as NodeJS.ErrnoException).code ?? 'it cannot be read'})` };
  }
}

/**
 * What was copied along with a secret, from a file in which quotes and names stand for something; undefined if nothing was.
 */
export function copiedAlong(variable: string, text: string): string | undefined {
  if (/^(["'`]).*\1$/s.test(text))
    return 'has quotes around it, which are taken for a part of it (as `docker run --env-file` leaves them): leave them out';
  if (text.startsWith(`${variable}=`)) return `begins with ${variable}=: leave that out`;
  return undefined;
}

/** The secrets read from files. */
export interface SecretFiles {
  /** By the secret's variable. */
  readonly values: Readonly<Record<string, string>>;
  /** Problems by the secret's variable; each names the variable to correct. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Reads every secret for which the environment gives a file. */
export function readSecretFiles(env: Variables): SecretFiles {
  const values: Record<string, string> = {};
  const problems = new Map<string, string>();
  for (const secret of SECRETS) {
    const variable = fileVariable(secret);
    const path = env[variable]?.trim();
    if (!path) continue;
    if (env[secret]?.trim()) {
      problems.set(secret, `${variable} and ${secret} are both set: one of them is enough`);
      continue;
    }
    const read = readSecretFile(path);
    if ('text' in read) values[secret] = read.text;
    else problems.set(secret, `${variable} (its value is not shown): ${read.problem}`);
  }
  return { values, problems };
}

/** Every secret of the environment, given directly or in a file. */
export function secretsIn(env: Variables): readonly string[] {
  const { values } = readSecretFiles(env);
  return SECRETS.flatMap((secret) => env[secret]?.trim() || values[secret] || []);
}
