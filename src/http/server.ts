import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { PermanentError } from '../errors.ts';
import type { ListenAddress } from '../listening.ts';

/** An HTTP server that listens. */
export interface HttpServer {
  readonly url: string;
  /** Stops listening and closes open connections. */
  close(): Promise<void>;
}

/** The address is in use, or is not one of this machine. */
export class ListenError extends PermanentError {
  override name = 'ListenError';
}

/**
 * Answers requests at an address; port 0 takes any free port.
 *
 * @param onError is called for errors of the server itself once it listens (a connection that could not be accepted,
 * say); the server continues.
 * @throws ListenError when it cannot listen at the address.
 */
export async function listen(
  app: Hono,
  { host, port }: ListenAddress,
  onError: (error: Error) => void = () => {},
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    // Never removed: an `error` event without a listener would end the process.
    let report = (cause: Error) =>
      reject(new ListenError(`cannot listen on ${host}:${port} (PYLON_SYNC_HTTP)`, { cause }));
    server.on('error', (error: Error) => report(error));
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      report = onError;
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    url: `http://${name}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
