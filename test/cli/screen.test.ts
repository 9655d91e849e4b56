import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { openScreen } from '../../src/cli/render/screen.ts';
import { canDraw, canvasOf, wantsColour } from '../../src/cli/render/terminal.ts';

function terminal(fields: Partial<NodeJS.WriteStream> = {}) {
  return Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    rows: 24,
    ...fields,
  }) as unknown as NodeJS.WriteStream;
}

test('other lines go above the drawing, which is left standing at the end', async () => {
  const stream = terminal();
  const all = text(stream as unknown as PassThrough);
  let drawing = 'first drawing';
  const screen = openScreen(stream, () => drawing);
  screen.print('a log line\n');
  drawing = 'last drawing';
  screen.close();
  stream.end();
  const lines = stripVTControlCharacters(await all).split('\n');
  expect(lines).toEqual(['first drawing', 'a log line', 'first drawing', 'last drawing', '']);
});

test('a drawing needs a terminal that can erase, colours also that they are wanted', () => {
  expect(canDraw(terminal(), {})).toBe(true);
  expect(canDraw(terminal(), { TERM: 'dumb' })).toBe(false);
  expect(canDraw(new PassThrough() as unknown as NodeJS.WriteStream, {})).toBe(false);
  expect(wantsColour(terminal(), {})).toBe(true);
  expect(wantsColour(terminal(), { NO_COLOR: '1' })).toBe(false);
});

test('the size is what the terminal says, else what COLUMNS and LINES say', () => {
  const size = (stream: NodeJS.WriteStream, env: Record<string, string>) => {
    const { columns, rows } = canvasOf(stream, env, 0);
    return [columns, rows];
  };
  const unknown = terminal({ columns: 0, rows: 0 });
  expect(size(terminal({ columns: 120, rows: 50 }), { COLUMNS: '40', LINES: '10' })).toEqual([120, 50]);
  expect(size(unknown, { COLUMNS: '40', LINES: '10' })).toEqual([40, 10]);
  expect(size(unknown, {})).toEqual([80, 24]);
});

test('nothing is coloured with NO_COLOR', () => {
  expect(canvasOf(terminal(), { NO_COLOR: '1' }, 0).paint('red', 'text')).toBe('text');
  expect(canvasOf(terminal(), {}, 0).paint('red', 'text')).toBe('\x1b[31mtext\x1b[39m');
});
