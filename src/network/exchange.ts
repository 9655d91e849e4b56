import { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';

/** What is sent. */
export interface Sending {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** What ends a request early: a signal of the web does so too, but takes longer to make than a small answer to read. */
export interface Stop {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  /** Calls the function when it aborts. */
  follow(follower: (reason: unknown) => void): void;
  unfollow(follower: (reason: unknown) => void): void;
}

export interface FetchOptions extends Sending {
  /** Redirects are answers: following one would send the headers to wherever it points. */
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
  /** The same as `signal`, which then need not be made. */
  readonly stop?: Stop;
}

/** The body of an answer, as it arrives. Leaving the iteration early aborts the request. */
interface Body extends AsyncIterable<Uint8Array> {
  /** All of it, if it has arrived whole and is not packed; then nothing is left to iterate over. */
  arrived?(): readonly Buffer[] | undefined;
  /** Says that nobody reads it. */
  cancel(): Promise<void>;
}

/** An answer whose headers have arrived. */
export interface Reply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Body | null;
}

/** The part of `fetch` that we need; that of Node is one too. */
export type Fetch = (url: URL, options: FetchOptions) => Promise<Reply>;

function stopOf(signal: AbortSignal): Stop {
  const listeners = new Map<(reason: unknown) => void, () => void>();
  return {
    get aborted() {
      return signal.aborted;
    },
    get reason() {
      return signal.reason;
    },
    throwIfAborted: () => signal.throwIfAborted(),
    follow(follower) {
      const listener = () => follower(signal.reason);
      listeners.set(follower, listener);
      signal.addEventListener('abort', listener);
    },
    unfollow(follower) {
      const listener = listeners.get(follower);
      if (listener !== undefined) signal.removeEventListener('abort', listener);
    },
  };
}

/** An answer broke off before its end. */
class CutShortError extends Error {
  override name = 'CutShortError';
}

/** So many bytes may arrive before they are read. */
const MOST_AHEAD = 1024 * 1024;

/** The pieces of a body, in order, to whoever reads them. */
function newPieces(controller: Dispatcher.DispatchController) {
  let waiting: Buffer[] = [];
  let ahead = 0;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const leave = () => {
    if (!isOver) controller.abort(new Error('nobody reads the answer'));
  };
  return {
    add(piece: Buffer) {
      waiting.push(piece);
      ahead += piece.length;
      if (ahead > MOST_AHEAD) controller.pause();
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    fail(error: unknown) {
      isOver = true;
      failure ??= { error };
      wake();
    },
    leave,
    arrived(): readonly Buffer[] | undefined {
      if (!isOver || failure !== undefined) return undefined;
      const pieces = waiting;
      waiting = [];
      return pieces;
    },
    async *read(): AsyncGenerator<Buffer> {
      try {
        for (;;) {
          const pieces = waiting;
          waiting = [];
          ahead = 0;
          if (controller.paused) controller.resume();
          yield* pieces;
          if (waiting.length > 0) continue;
          if (failure !== undefined) throw failure.error;
          if (isOver) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        leave();
      }
    },
  };
}

const textOf = (value: string | string[] | undefined): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : value.join(', ');

/** The body, unpacked if its headers name the one compression that we accept. */
function bodyOf({ read, leave, arrived }: ReturnType<typeof newPieces>, encoding: string): Body {
  const cancel = async () => leave();
  if (encoding === '' || encoding === 'identity') return { [Symbol.asyncIterator]: read, arrived, cancel };
  const iterate = () => {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') {
      leave();
      throw new Error(`the answer is packed as ${encoding}, which was not asked for`);
    }
    const packed = Readable.from(read());
    // An empty body is none, and one that is cut short is for its reader to notice.
    const unpacked = packed.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }));
    // What fails or leaves at one end ends the other.
    packed.on('error', (error) => unpacked.destroy(error));
    unpacked.on('close', () => packed.destroy());
    return unpacked[Symbol.asyncIterator]();
  };
  return { [Symbol.asyncIterator]: iterate, cancel };
}

/** Headers as names and values in turn, which undici takes most quickly. Many requests have the same. */
const lists = new WeakMap<Sending['headers'], string[]>();

/** The headers of a request, which accepts the one compression that `bodyOf` unpacks. */
function listed(headers: Sending['headers']): string[] {
  const list = lists.get(headers) ?? [...Object.entries(headers).flat(), 'accept-encoding', 'gzip'];
  lists.set(headers, list);
  return list;
}

/**
 * Sends one request, and resolves once the headers of its answer have arrived.
 *
 * @throws the signal's reason as soon as it aborts, also while a connection is being made, after which nothing is sent;
 * errors of undici. Reading the body throws the same, an error of undici as the cause of a CutShortError.
 */
export function exchange(dispatcher: Dispatcher, url: URL, options: FetchOptions): Promise<Reply> {
  const { method, headers, body } = options;
  const stop = options.stop ?? stopOf(options.signal);
  return new Promise((resolve, reject) => {
    stop.throwIfAborted();
    let controller: Dispatcher.DispatchController | undefined;
    let pieces: ReturnType<typeof newPieces> | undefined;
    const end = (error: unknown) => {
      stop.unfollow(abort);
      reject(error);
      pieces?.fail(error);
    };
    const abort = (reason: unknown) => {
      end(reason);
      controller?.abort(reason as Error);
    };
    stop.follow(abort);
    dispatcher.dispatch(
      {
        ...{ origin: url.origin, path: `${url.pathname}${url.search}`, method, body: body ?? null },
        headers: listed(headers),
      },
      {
        onRequestStart(given) {
          controller = given;
          if (stop.aborted) given.abort(stop.reason as Error);
        },
        onResponseStart(given, status, found) {
          // Another answer follows one of 1xx.
          if (status < 200) return;
          pieces = newPieces(given);
          const get = (name: string) => textOf(found[name]);
          resolve({
            status,
            headers: { get },
            body: bodyOf(pieces, (get('content-encoding') ?? '').toLowerCase()),
          });
        },
        onResponseData: (_, piece) => pieces?.add(piece),
        onResponseEnd() {
          stop.unfollow(abort);
          pieces?.end();
        },
        onResponseError(_, error) {
          end(pieces === undefined ? error : new CutShortError('the answer broke off', { cause: error }));
        },
      },
    );
  });
}
