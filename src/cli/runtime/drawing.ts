import type { Canvas } from '../render/progress.ts';
import { openScreen } from '../render/screen.ts';
import { canDraw, canvasOf } from '../render/terminal.ts';
import type { Setup } from './setup.ts';

/** Shows on a terminal what `draw` returns, log lines above it, until `close`. Does nothing where stderr is no terminal. */
export function showProgress(
  { stderr, env, output }: Setup,
  draw: (canvas: Canvas) => string,
): { close(): void } {
  if (!canDraw(stderr, env)) return { close: () => {} };
  const screen = openScreen(stderr, () => draw(canvasOf(stderr, env, Date.now())));
  const print = output.print;
  output.print = (text) => screen.print(text);
  let closed = false;
  return {
    close() {
      if (closed) return;
      closed = true;
      screen.close();
      output.print = print;
    },
  };
}
