import { setMaxListeners } from 'node:events';
import type { Stop } from '../network/exchange.ts';

type Follower = (reason: unknown) => void;

/** Follows other signals until it is unlinked. Its functions need their object: they are called on it, never passed alone. */
export interface Linked extends Stop {
  /** The same as a signal, made when somebody asks for it. */
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the followed signals, which would otherwise collect a follower for each request. */
  unlink(): void;
}

/** Whoever follows a signal: the signal itself has one listener for all of them, and none while there are none. */
const followers = new WeakMap<AbortSignal, Set<Link>>();

function tell({ target }: Event): void {
  const signal = target as AbortSignal;
  for (const one of followers.get(signal) ?? []) one.abort(signal.reason);
}

/** A class, because every request makes one: its functions are not made anew for each. */
class Link implements Linked {
  aborted = false;
  reason: unknown;
  readonly #sources: readonly (AbortSignal | undefined)[];
  #controller: AbortController | undefined;
  #heard: Set<Follower> | undefined;

  constructor(sources: readonly (AbortSignal | undefined)[]) {
    this.#sources = sources;
    for (const source of sources) {
      if (source === undefined) continue;
      if (source.aborted) this.abort(source.reason);
      let all = followers.get(source);
      if (all === undefined) {
        all = new Set();
        followers.set(source, all);
        // Others listen to it too, as many as there are requests that wait.
        setMaxListeners(0, source);
      }
      if (all.size === 0) source.addEventListener('abort', tell, { once: true });
      all.add(this);
    }
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    for (const follower of this.#heard ?? []) follower(reason);
  }

  follow(follower: Follower): void {
    this.#heard ??= new Set();
    this.#heard.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#heard?.delete(follower);
  }

  unlink(): void {
    for (const source of this.#sources) {
      const all = source === undefined ? undefined : followers.get(source);
      if (all?.delete(this) && all.size === 0) source?.removeEventListener('abort', tell);
    }
  }
}

/**
 * Returns what aborts when any of the given signals does, with its reason. (In Node 20 `AbortSignal.any` leaks memory on
 * long-lived signals.)
 */
export function link(...signals: readonly (AbortSignal | undefined)[]): Linked {
  return new Link(signals);
}
