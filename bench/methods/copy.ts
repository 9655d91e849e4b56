import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { type MappedRow, ownColumns } from '../../src/db/row/row.ts';
import { issues } from '../../src/resources/issues.ts';
import { onServer } from '../../test/helpers/server.ts';
import { clientOf, mappedPages } from '../pages.ts';
import type { Method } from './method.ts';

const COLUMNS = [...ownColumns(issues.table).map(({ name }) => name), '_extra', '_hash'];
const COPY = `COPY pylon.issues (${COLUMNS.map((name) => `"${name}"`).join(', ')}) FROM STDIN`;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function field(value: unknown): string {
  if (value === null) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Rows in the text format of COPY. */
function encode(rows: readonly MappedRow[]): Buffer {
  return Buffer.from(
    rows.map((row) => `${[...row.values, row.extra, row.hash].map(field).join('\t')}\n`).join(''),
  );
}

/** Streams parts into the table, one connection, one statement. */
async function stream(database: string, parts: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  await onServer(database, async (client) => {
    const sink = client.query(copyFrom(COPY));
    for await (const part of parts) if (!sink.write(part)) await once(sink, 'drain');
    sink.end();
    await finished(sink);
  });
}

/** The rows are encoded before the clock starts: what Postgres can take, and nothing else. */
export const copyFromMemory: Method = {
  name: 'COPY of rows encoded in memory',
  prepare: async (sandbox) => {
    const parts: Buffer[] = [];
    let rows = 0;
    const pylon = clientOf(sandbox);
    for await (const page of mappedPages(pylon)) {
      parts.push(encode(page.rows));
      rows += page.rows.length;
    }
    await pylon.close();
    return async (database) => {
      await stream(database, parts);
      return rows;
    };
  },
};

/** The same work as any other method, with `COPY` in the place of the upsert. */
export const copyFromPages: Method = {
  name: 'COPY of the same pages',
  prepare: async (sandbox) => async (database) => {
    const pylon = clientOf(sandbox);
    let count = 0;
    const parts = async function* () {
      for await (const { rows } of mappedPages(pylon)) {
        count += rows.length;
        yield encode(rows);
      }
    };
    await stream(database, parts());
    await pylon.close();
    return count;
  },
};
