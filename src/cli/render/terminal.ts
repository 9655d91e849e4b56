import { styleText } from 'node:util';
import type { Environment } from '../../config.ts';
import type { Canvas, Colour } from './progress.ts';

/** Whether a drawing that moves can be shown on a stream. */
export function canDraw(stream: NodeJS.WriteStream, env: Environment): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether colours are wanted there: a terminal, and no NO_COLOR (see no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream, env: Environment): boolean {
  return canDraw(stream, env) && !env.NO_COLOR;
}

/** A terminal's size: its own word, else COLUMNS and LINES, else the size of old terminals. */
export function canvasOf(stream: NodeJS.WriteStream, env: Environment, now: number): Canvas {
  const colour = wantsColour(stream, env);
  return {
    columns: stream.columns || Number(env.COLUMNS) || 80,
    rows: stream.rows || Number(env.LINES) || 24,
    paint: (name: Colour, text: string) => (colour ? styleText(name, text, { validateStream: false }) : text),
    now,
  };
}
