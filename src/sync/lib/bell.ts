/** A wait that can be cut short. */
export interface Bell {
  /** Ends the wait, or the next one where nobody is waiting. */
  readonly ring: () => void;
  /** Until the bell is rung or the signal aborted, so many milliseconds at most. One at a time. */
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
