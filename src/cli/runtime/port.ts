import type { Port, PortOptions } from './serve-port.ts';
import type { Setup } from './setup.ts';

/** Of a daemon that nobody is to ask. */
const OFF: Port = {
  url: undefined,
  observe() {},
  reached() {},
  works() {},
  close: async () => {},
};

/**
 * Opens the port as configured. It answers from here on, whether or not the database can be reached. Where the port is off,
 * nothing of what it would answer with is loaded.
 *
 * @throws ListenError when the configured address cannot be listened on.
 */
export async function openPort(setup: Setup, options: PortOptions): Promise<Port> {
  const { http } = setup.config;
  if (http === 'off') return OFF;
  const { servePort } = await import('./serve-port.ts');
  return servePort(setup, http, options);
}
