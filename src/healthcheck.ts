import { get } from 'node:http';
import { askableHost, parseListenAddress } from './listening.ts';

/**
 * The image's health check: ends with 0 while the daemon in the same container answers `GET /healthz`, else with 1 and
 * says why. Where the port is off there is nothing to ask: the container lives as long as its process.
 */

/** As in `config.ts`: what is set but empty counts as not set. */
const address = parseListenAddress(process.env.PYLON_SYNC_HTTP?.trim() || '127.0.0.1:8080');

/** Docker waits for five seconds. */
const MOST_MS = 4_000;

function unhealthy(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

if (address === undefined) unhealthy('PYLON_SYNC_HTTP is no address');
if (address !== 'off') {
  // `fetch` refuses some ports.
  get({ host: askableHost(address), port: address.port, path: '/healthz' }, ({ statusCode }) => {
    if (statusCode === 200) process.exit(0);
    unhealthy(`GET /healthz answers ${statusCode}`);
  }).on('error', ({ message }) => unhealthy(message));
  setTimeout(() => unhealthy(`no answer within ${MOST_MS} ms`), MOST_MS);
}
