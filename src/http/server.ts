import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { PermanentError } from '../errors.ts';
import type { ListenAddress } from '../listening.ts';

/** A port that answers. */
export interface HttpServer {
  readonly url: string;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** The address is taken, or not this machine's. */
export class ListenError extends PermanentError {
  override name = 'ListenError';
}

/**
 * Answers requests at an address; port 0 takes any free one.
 *
 * @param onError told of errors of the server itself once it listens (a connection that could not be accepted, say): it
 * goes on.
 * @throws ListenError when the address cannot be had.
 */
export async function listen(
  app: Hono,
  { host, port }: ListenAddress,
  onError: (error: Error) => void = () => {},
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    // For all its life: an error that nobody listens for would end the process.
    let told = (cause: Error) =>
      reject(new ListenError(`cannot listen on ${host}:${port} (PYLON_SYNC_HTTP)`, { cause }));
    server.on('error', (error: Error) => told(error));
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      told = onError;
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
