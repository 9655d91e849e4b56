import { createLogUpdate } from 'log-update';

/** The part of a terminal stream that drawing needs. */
export type TerminalStream = NodeJS.WriteStream;

/** A display at the bottom of a terminal, redrawn in place; other lines scroll above it. */
export interface Screen {
  /** Prints a text above the display. */
  print(text: string): void;
  /** Stops redrawing; the last display stays on the terminal. */
  close(): void;
}

const REDRAW_MS = 200;

/** Draws what `draw` returns five times a second until closed. */
export function openScreen(stream: TerminalStream, draw: () => string): Screen {
  const update = createLogUpdate(stream);
  const redraw = () => update(draw());
  redraw();
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    print(text) {
      update.clear();
      stream.write(text);
      redraw();
    },
    close() {
      clearInterval(timer);
      redraw();
      update.done();
    },
  };
}
