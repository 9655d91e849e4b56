import type pg from 'pg';
import type { Database } from '../../src/db/connection/connect.ts';

/** Where on its way something of a session can be struck. */
export const PLACES = ['request', 'answer', 'statement', 'sent'] as const;

/** Something that happens once, at the so manyth of its places from now on. */
export interface Interruption {
  /** Before a request leaves, once it is answered and nobody has heard of it; before and after a statement leaves. */
  readonly at: (typeof PLACES)[number];
  readonly after: number;
  readonly strike: () => void;
}

/** The way from a session to Pylon and to Postgres. */
export interface FaultyConnections {
  /** For the session's client. */
  readonly fetch: typeof fetch;
  /** Stands between a session and its database from now on. */
  watch(database: Database): void;
  /** From here on nothing of the session reaches anything, as after a `kill -9`. */
  kill(): void;
  isDead(): boolean;
  /** Cuts the connections to Postgres: what is under way there fails, committed or not. */
  disconnect(): void;
  /** What is to come, in the place of what was to come before. */
  schedule(interruptions: readonly Interruption[]): void;
}

/** @param options `date`: whether Pylon's answers say what time it is there. */
export function newFaultyConnections({ date }: { readonly date: boolean }): FaultyConnections {
  let pending: { readonly interruption: Interruption; left: number }[] = [];
  let dead = false;
  const clients = new WeakSet<object>();
  let disconnect = () => {};

  const pass = (at: Interruption['at']) => {
    if (dead) throw new Error('killed');
    const due = pending.filter(({ interruption, left }) => interruption.at === at && left === 0);
    pending = pending.filter((one) => !due.includes(one));
    for (const one of pending) if (one.interruption.at === at) one.left -= 1;
    for (const { interruption } of due) interruption.strike();
    if (dead) throw new Error('killed');
  };
  return {
    async fetch(input, init) {
      pass('request');
      const response = await fetch(input, init);
      const body = await response.text();
      pass('answer');
      const { status, headers } = response;
      return new Response(body, {
        status,
        headers: [...headers].filter(([name]) => date || name !== 'date'),
      });
    },
    watch({ pool, interrupt }) {
      disconnect = () => interrupt(new Error('Connection terminated'));
      (pool as pg.Pool).on('acquire', (acquired) => {
        if (clients.has(acquired)) return;
        clients.add(acquired);
        const client = acquired as unknown as { query: Query };
        client.query = struck(client.query.bind(client), pass);
      });
    },
    kill() {
      dead = true;
      disconnect();
    },
    isDead: () => dead,
    disconnect: () => disconnect(),
    schedule: (interruptions) => {
      pending = interruptions.map((interruption) => ({ interruption, left: interruption.after }));
    },
  };
}

type Query = (...args: unknown[]) => unknown;

/** A way to send statements on which something can happen, whether the caller waits with a callback or a promise. */
function struck(query: Query, pass: (at: Interruption['at']) => void): Query {
  return (...args) => {
    const callback = args.at(-1);
    try {
      pass('statement');
      const result = query(...args);
      if (result instanceof Promise) result.catch(() => {});
      pass('sent');
      return result;
    } catch (error) {
      if (typeof callback !== 'function') return Promise.reject(error);
      callback(error);
      return undefined;
    }
  };
}
