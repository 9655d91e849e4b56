import { styleText } from 'node:util';
import type { Environment } from '../../config.ts';
import type { Canvas, Colour } from './progress.ts';

/** Whether a stream can show a display that is redrawn. */
export function canDraw(stream: NodeJS.WriteStream, env: Environment): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether to use colours: on a terminal, unless NO_COLOR is set (see no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream, env: Environment): boolean {
  return canDraw(stream, env) && !env.NO_COLOR;
}

/** A terminal's size and colours. The size is what the stream says, else COLUMNS and LINES, else 80 by 24. */
export function canvasOf(stream: NodeJS.WriteStream, env: Environment, now: number): Canvas {
  const colour = wantsColour(stream, env);
  return {
    columns: stream.columns || Number(env.COLUMNS) || 80,
    rows: stream.rows || Number(env.LINES) || 24,
    paint: (name: Colour, text: string) => (colour ? styleText(name, text, { validateStream: false }) : text),
    now,
  };
}
