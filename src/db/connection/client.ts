import type { Duplex } from 'node:stream';
import pg from 'pg';
import { readAddress, type Trust } from './address.ts';

export interface ClientOptions {
  /** What the server's list of sessions shows. */
  readonly application: string;
  /** For the connection to be made, milliseconds. */
  readonly connectMs: number;
}

/** What `pg` makes a connection with, and the class that makes it. */
export interface ClientKind {
  readonly config: pg.ClientConfig;
  readonly Client: typeof pg.Client;
  readonly trust: Trust;
}

/** A server's answer to whether it has TLS: it has not. */
const NO_TLS = 'N'.charCodeAt(0);

/** The part of a connection of `pg` that its types leave out. */
interface Wire extends pg.Connection {
  ssl: unknown;
  attachListeners(stream: Duplex): void;
}

/** Goes on without TLS where the server has none, on the same connection. */
class PreferringClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const wire = this.connection as Wire;
    const { stream } = wire;
    wire.once('connect', () => {
      const [upgrade] = stream.listeners('data');
      if (upgrade === undefined) return;
      stream.removeAllListeners('data');
      stream.once('data', (answer: Buffer) => {
        if (answer[0] !== NO_TLS) return upgrade.call(stream, answer);
        wire.ssl = false;
        wire.attachListeners(stream);
        wire.emit('sslconnect');
      });
    });
  }
}

/**
 * How connections to an address are made, whatever they are for.
 *
 * @throws DatabaseRefusedError where the address names what is unknown or cannot be read.
 */
export function clientOf(url: string, { application, connectMs }: ClientOptions): ClientKind {
  const { config, trust, mayBePlain } = readAddress(url);
  return {
    config: {
      ...config,
      application_name: application,
      connectionTimeoutMillis: connectMs,
      // A peer that vanished without a word is noticed by the kernel, on connections where nobody waits too.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // A transaction's first statements leave together.
      pipeline: true,
    },
    Client: mayBePlain ? PreferringClient : pg.Client,
    trust,
  };
}
