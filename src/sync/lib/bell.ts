/** A wait that can be cut short. */
export interface Bell {
  /** Ends the wait; if nobody is waiting, ends the next one at once. */
  readonly ring: () => void;
  /**
   * Resolves when the bell is rung or the signal aborted, or after `ms` milliseconds. Never rejects. Only one caller
   * may wait at a time.
   */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function newBell(): Bell {
  let end = () => {};
  let rung = false;
  return {
    ring() {
      rung = true;
      end();
    },
    async wait(ms, signal) {
      if (!rung && !signal.aborted)
        await new Promise<void>((resolve) => {
          end = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', end);
            resolve();
          };
          const timer = setTimeout(end, ms);
          signal.addEventListener('abort', end);
        });
      end = () => {};
      rung = false;
    },
  };
}
