import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { canReach, chooseAccount, parsePasswd } from '../../src/postgres/os-user.ts';
import { test } from './folder.ts';

const PASSWD = `# a comment
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false
app:x:1000:1000::/home/app:/bin/sh
half a line
`;

describe('the user a server runs as', () => {
  test('is one made for databases, else one that owns nothing, and never root', () => {
    const accounts = parsePasswd(PASSWD);
    expect(accounts.map(({ name }) => name)).toEqual(['daemon', 'nobody', 'app']);
    expect(chooseAccount(accounts, undefined)).toEqual({ name: 'nobody', uid: -2, gid: -2 });
    const postgres = { name: 'postgres', uid: 70, gid: 70 };
    expect(chooseAccount([...accounts, postgres], undefined)).toBe(postgres);
  });

  test('is the owner of the files that are there', () => {
    expect(chooseAccount(parsePasswd(PASSWD), 1000).name).toBe('app');
    expect(chooseAccount(parsePasswd(PASSWD), 0).name).toBe('nobody');
  });

  test('is asked for where the system has none', () => {
    expect(() => chooseAccount(parsePasswd('root:x:0:0::/root:/bin/sh'), undefined)).toThrow(UsageError);
  });

  test('reaches a folder when every folder above lets it through', async ({ dataDir }) => {
    const inner = join(dataDir, 'outer', 'inner');
    await mkdir(inner, { recursive: true, mode: 0o755 });
    const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };
    const owner = { name: 'owner', uid: process.getuid?.() ?? 0, gid: 54_321 };
    expect(await canReach(stranger, inner)).toBe(true);
    await chmod(join(dataDir, 'outer'), 0o700);
    expect(await canReach(stranger, inner)).toBe(false);
    expect(await canReach(owner, inner)).toBe(true);
  });
});
