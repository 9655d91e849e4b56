import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { withPlaceholders } from '../route.ts';
import { newState } from './data/state.ts';
import { type SandboxOptions, withDefaults } from './options.ts';
import { resources } from './resources/index.ts';
import { control } from './server/control.ts';
import { type Faults, newFaults } from './server/faults.ts';
import { meter } from './server/limits.ts';
import { newRequestLog, type RequestRecord } from './server/requests.ts';
import { type Serving, serve } from './server/serve.ts';
import { type World, worldOf } from './world.ts';

export type { SandboxOptions, World };

/** A running stand-in for Pylon. */
export interface Sandbox {
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** The workspace: what is served, and methods to change it as other clients would. */
  readonly world: World;
  readonly faults: Faults;
  /** The last requests, in order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** Closes open connections too. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Pylon on 127.0.0.1 with a generated workspace, which is the same for the same options
 * and clock.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = withDefaults(options);
  const state = newState(resources, settings);
  const world = worldOf(
    state,
    resources.map(({ name }) => name),
  );
  const faults = newFaults();
  const log = newRequestLog();
  let answered = 0;
  const serving: Serving = {
    state,
    settings,
    community: (resource) => resources.find(({ name }) => name === resource)?.community ?? {},
    faults,
    log,
    meter: meter(settings.monotonic, settings.minuteMs),
    newRequestId: () => {
      answered += 1;
      return `request-${answered}`;
    },
  };
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route('/__sandbox', control({ world, faults, log }));
  for (const { name, routes } of resources)
    for (const route of routes) {
      const [method = '', path = ''] = route.endpoint.split(' ');
      const pattern = withPlaceholders(path, (parameter) => `:${parameter}`);
      app.on(method, pattern, (context) => serve(serving, { name, route }, context));
    }
  app.notFound((context) =>
    context.json({ errors: ['route not found'], request_id: serving.newRequestId() }, 404),
  );

  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    // Never removed: once the server listens, an error concerns one connection.
    server.on('error', reject);
    server.listen(settings.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: settings.token,
    port,
    world,
    faults,
    requests: log.records,
    close: () => {
      state.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}
