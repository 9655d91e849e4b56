import { get } from 'node:http';
import { askableHost, parseListenAddress } from './listening.ts';

/**
 * The image's health check. Exits with 0 if the daemon in the same container answers `GET /healthz`, else prints why
 * and exits with 1. If the port is off, it exits with 0: the container counts as healthy while its process runs.
 */

/** As in `config.ts`, an empty variable counts as not set. */
const address = parseListenAddress(process.env.PYLON_SYNC_HTTP?.trim() || '127.0.0.1:8080');

/** Less than the five seconds that Docker waits. */
const MOST_MS = 4_000;

function unhealthy(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

if (address === undefined) unhealthy('PYLON_SYNC_HTTP is no address');
if (address !== 'off') {
  // `fetch` refuses some ports, which `http` does not.
  get({ host: askableHost(address), port: address.port, path: '/healthz' }, ({ statusCode }) => {
    if (statusCode === 200) process.exit(0);
    unhealthy(`GET /healthz answers ${statusCode}`);
  }).on('error', ({ message }) => unhealthy(message));
  setTimeout(() => unhealthy(`no answer within ${MOST_MS} ms`), MOST_MS);
}
