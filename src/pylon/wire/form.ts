import { randomUUID } from 'node:crypto';
import type { FormPart } from '../types.ts';

/** A name within quotes, as forms encode it. */
const quoted = (name: string): string =>
  `"${name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}"`;

/**
 * Encodes a form with files as one body. Not as `FormData`: requests are sent with their bodies as bytes
 * (`network/exchange.ts`).
 */
export function encodeForm(parts: readonly FormPart[]): {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
} {
  const boundary = `----pylon-sync-${randomUUID()}`;
  const pieces = parts.flatMap((part): readonly Uint8Array[] => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(part.name)}`;
    if ('value' in part) return [Buffer.from(`${head}\r\n\r\n${part.value}\r\n`)];
    const { file, type, content } = part;
    return [
      Buffer.from(`${head}; filename=${quoted(file)}\r\nContent-Type: ${type}\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ];
  });
  const all = [...pieces, Buffer.from(`--${boundary}--\r\n`)];
  const body = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const piece of all) {
    body.set(piece, place);
    place += piece.length;
  }
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}
