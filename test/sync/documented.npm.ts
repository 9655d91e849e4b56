import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { writableColumns } from '../../src/edits/body.ts';
import { resources } from '../../src/resources/index.ts';
import { CALLS } from '../helpers/calls.ts';
import { push } from '../helpers/edits.ts';
import { INSERTS, insert } from '../helpers/inserts.ts';
import { type Gateway, openGateway, type Violation } from '../helpers/prism.ts';
import { newUser } from '../helpers/registry.ts';
import { startTrappedSandbox } from '../helpers/sandbox.ts';
import { openSession, test } from '../helpers/session.ts';

const WHAT = 'what Prism says of the requests and answers';
const user = await newUser(WHAT);

/** Pylon's API document: a path or an address. It is no part of this project. */
const document = process.env.TEST_OPENAPI ?? '';
if (document === '')
  process.stderr.write(`Left out: ${WHAT}: TEST_OPENAPI names no API document of Pylon's\n`);

const canRun = user.hasRegistry && document !== '';
const ALLOW = ['update', 'create', 'delete', 'message', 'import'];

beforeAll(async () => {
  if (canRun) await user.install(['@stoplight/prism-cli@5.16.0']);
}, 600_000);

/** Where the document contradicts itself: answers have nulls, compound filters no field, one contact takes no limit. */
function isExcused({ request, location, code, message, value }: Violation): boolean {
  // Prism makes no list of the parts of a form that have one name.
  if (request.startsWith('POST /training-data/upload') && code === 'type')
    return message.endsWith('must be array');
  if (location[0] === 'response' || code !== 'required') return false;
  if (location[1] === 'body')
    return location.includes('filter') && Array.isArray((value as { subfilters?: unknown }).subfilters);
  return /^GET \/contacts\/[^?/]+$/.test(request) && message.endsWith("'limit'");
}

const told = ({ request, location, message, value }: Violation) =>
  `${request.replaceAll(/[0-9a-f-]{20,}/g, '{id}').replace(/\?.*/, '')} ${location.join('.').replaceAll(/\b\d+\b/g, '#')}: ${message} (${JSON.stringify(value)?.slice(0, 80)})`;

const unexcused = ({ violations }: Gateway) => [
  ...new Set(violations.filter((one) => !isExcused(one)).map(told)),
];

test.skipIf(!canRun)(
  'a full read and writes of every kind are as the API document has them, and so are the answers',
  async ({ database }) => {
    const sandbox = await startTrappedSandbox({ issues: 12, limits: 'none' });
    const gateway = await openGateway({
      prism: join(user.folder, 'node_modules/@stoplight/prism-cli/dist/index.js'),
      document,
      upstream: sandbox.url,
      // It is younger than the document.
      isYounger: (path) => path.startsWith('/email-suppressions'),
    });
    await database.pool.query('SELECT 1');
    const session = await openSession({ ...sandbox, url: gateway.url }, database.url);
    try {
      const read = [...(await session.first()).values()].filter(({ state }) => state !== 'done');
      expect(read.map(({ resource, error }) => `${resource}: ${error}`)).toEqual([]);
      await session.pull();
      expect(unexcused(gateway)).toEqual([]);

      const carry = () => push({ session }, { allow: ALLOW, editGuard: 1_000 });
      await carry();
      const made: (readonly [table: string, id: string])[] = [];
      for (const name of Object.keys(INSERTS)) made.push([name, await insert(database, name)]);
      await carry();
      for (const { name, writes } of resources) {
        const [column] = writableColumns(writes, 'update').filter((one) =>
          /^(name|title|value|label)$/.test(one),
        );
        if (column === undefined) continue;
        await database.pool.query(
          `UPDATE pylon.${name} SET ${column} = 'Changed' WHERE id = (SELECT min(id) FROM pylon.${name} WHERE _deleted_at IS NULL AND id NOT LIKE 'local-%')`,
        );
      }
      await database.pool.query("UPDATE pylon.accounts SET tags = array_append(tags, 'together')");
      await carry();
      for (const [name, call] of Object.entries(CALLS)) {
        const { given } = call(sandbox);
        const places = given.map((_, index) => `$${index + 1}`).join(', ');
        await database.pool.query(`SELECT pylon.${name}(${places})`, [...given]);
      }
      await carry();
      await session.drain();
      for (const { name, writes } of resources)
        if (writes?.remove !== undefined)
          await database.pool.query(
            `DELETE FROM pylon.${name} WHERE id = (SELECT max(id) FROM pylon.${name} WHERE _deleted_at IS NULL AND id NOT LIKE 'local-%')`,
          );
      await carry();
      expect(unexcused(gateway)).toEqual([]);
      const kinds = new Set(gateway.seen.map((request) => request.split(' ')[0]));
      expect([...kinds].toSorted()).toEqual(['DELETE', 'GET', 'PATCH', 'POST']);
      expect(made.length).toBeGreaterThan(10);
    } finally {
      await session.close();
      await gateway.close();
      await sandbox.close();
    }
  },
  600_000,
);
