import { readFileSync } from 'node:fs';
import { SECRETS } from './variables.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What a file of a secret holds, or why it cannot be used. */
type SecretFile = { readonly text: string } | { readonly problem: string };

const TAKES = 'takes the path of a file that holds the secret';

/** The variable that names the file of a secret. */
export const fileVariable = (secret: string): string => `${secret}_FILE`;

/** Reads the secret in a file: all of it, but for the end of its last line. */
export function readSecretFile(path: string): SecretFile {
  try {
    const text = readFileSync(path.trim(), 'utf8').replace(/\r?\n$/, '');
    return text.trim() === '' ? { problem: `${TAKES} (the file is empty)` } : { text };
  } catch (error) {
    // The message would repeat the path, in whose place somebody may have put the secret itself.
    return { problem: `${TAKES} (${(error as NodeJS.ErrnoException).code ?? 'it cannot be read'})` };
  }
}

/** Secrets that stand in files. */
export interface SecretFiles {
  /** By the secret's variable. */
  readonly values: Readonly<Record<string, string>>;
  /** By the secret's variable, a sentence that names the variable at fault. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Reads every secret that is given as the path of a file. */
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

/** Every secret that the environment gives, itself or by a file. */
export function secretsIn(env: Variables): readonly string[] {
  const { values } = readSecretFiles(env);
  return SECRETS.flatMap((secret) => env[secret]?.trim() || values[secret] || []);
}
