import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onServer } from '../helpers/server.ts';
import { pathOf } from '../setup/programs.ts';

/** A transaction pooler before a database. */
export interface Pooler {
  /** The same database through it. */
  readonly url: string;
  close(): Promise<void>;
}

/** Fewer than a daemon has: a session that something was kept in would not be met again. */
const SERVER_CONNECTIONS = 3;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Starts PgBouncer in transaction mode before the database of `url`. */
export async function startPooler(url: string): Promise<Pooler> {
  const { hostname, port: serverPort, username, password, pathname } = new URL(url);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'pylon-sync-pooler-'));
  await chmod(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  const name = decodeURIComponent(pathname.slice(1));
  await writeFile(
    file,
    `[databases]
${name} = host=${hostname} port=${serverPort} user=${quoted(decodeURIComponent(username))} password=${quoted(decodeURIComponent(password))}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${SERVER_CONNECTIONS}
server_login_retry = 1
`,
  );
  // It does not run as root.
  const as = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(pathOf('pgbouncer') ?? '', [...as, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'spawn');
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await onServer(through.href, (client) => client.query('SELECT 1')).catch((error) => error);
    if (!(answer instanceof Error)) break;
    if (attempt === 50 || child.exitCode !== null)
      throw new Error(`pgbouncer did not start:\n${said}`, { cause: answer });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: through.href,
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGQUIT');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
