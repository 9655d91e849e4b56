import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { newLines } from '../../src/cli/process/lines.ts';

/** A file on a disk whose room comes and goes. */
function openFile() {
  let isFull = false;
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      if (isFull) {
        done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
        return;
      }
      text += chunk;
      done();
    },
  });
  // As Node does to stdout and stderr, which are never closed.
  stream._destroy = (error, done) => {
    done(error);
    (stream as unknown as { _undestroy(): void })._undestroy();
  };
  stream.on('error', () => {});
  const lines = newLines(stream, (lost, reason) => lines.write(`lost ${lost} (${reason})\n`));
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    lines,
    text: () => text,
    async write(...all: string[]) {
      for (const line of all) {
        lines.write(`${line}\n`);
        await settled();
      }
    },
    /** With what was written of the last line when the room ended. */
    fill(part = '') {
      text += part;
      isFull = true;
    },
    free() {
      isFull = false;
    },
  };
}

describe('lines of the log', () => {
  test('that do not fit on a full disk are counted, and the first that fits is followed by how many', async () => {
    const file = openFile();
    await file.write('a');
    file.fill();
    await file.write('b', 'c', 'd');
    file.free();
    await file.write('e', 'f');
    expect(file.text()).toBe('a\n\ne\nlost 3 (ENOSPC)\nf\n');
    expect(file.lines.lost()).toBe(3);
  });

  test('end a line that the end of the room had cut in two', async () => {
    const file = openFile();
    file.fill('{"level":"in');
    await file.write('b');
    file.free();
    await file.write('{"c":1}');
    expect(file.text().split('\n')).toEqual(['{"level":"in', '{"c":1}', 'lost 1 (ENOSPC)', '']);
  });

  test('are told of later where the note of them does not fit either', async () => {
    const file = openFile();
    file.fill();
    await file.write('a', 'b');
    file.free();
    file.lines.write('c\n');
    // Room for one line.
    file.fill();
    await new Promise((resolve) => setImmediate(resolve));
    await file.write('d');
    file.free();
    await file.write('e');
    // The two, the third, the note of them perhaps, and the fourth.
    expect(file.text()).toMatch(/e\nlost [45] \(ENOSPC\)\n$/);
    expect(file.lines.lost()).toBeGreaterThanOrEqual(3);
  });
});
