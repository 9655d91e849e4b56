import { isLive, readRow } from '../../db/mirror/rows.ts';
import type { Evidence } from '../../db/mirror/tombstones.ts';
import { OtherRecordError, unwrapObject, unwrapRecord } from '../../pylon/answer.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { PathFacts } from '../../resources/define.ts';
import type { Pass } from '../pass/pass.ts';

/** What Pylon says of one record. */
export type Lookup =
  | { readonly is: 'there'; readonly answer: Answer; readonly object: unknown; readonly facts: PathFacts }
  /** Pylon does not know it, or has merged it into another one: with its words, as evidence. */
  | { readonly is: 'gone'; readonly words: Evidence; readonly asked: bigint };

/** Answers that say a record is not there. 400 and the rest say something about the request. */
const GONE = [404, 410];

const placeholders = (route: string) => [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** What the path of a request for one record takes, from the record's row. */
export async function factsOf(pass: Pass, id: string): Promise<Readonly<Record<string, string>>> {
  const names = placeholders(pass.resource.get ?? '').filter((name) => name !== 'id');
  if (names.length === 0) return {};
  const row = (await readRow(pass.ctx.db.orm, pass.resource.table, id)) ?? {};
  return Object.fromEntries(names.flatMap((name) => (row[name] == null ? [] : [[name, String(row[name])]])));
}

/**
 * Asks Pylon for one record.
 *
 * @throws whatever else than its absence Pylon, or the way there, says.
 */
export async function lookUp(
  pass: Pass,
  route: string,
  id: string,
  facts: Readonly<Record<string, string>>,
): Promise<Lookup> {
  const asked = pass.ctx.lease.nextOrder();
  try {
    const params = { ...facts, id };
    const answer = await pass.pylon.request({ method: 'GET', route, params, signal: pass.signal });
    return { is: 'there', answer, object: await objectOf(pass, answer, id, `GET ${route}`), facts };
  } catch (error) {
    if (error instanceof OtherRecordError) return { is: 'gone', words: mergedWords(error), asked };
    if (error instanceof PylonError && GONE.includes(error.status))
      return { is: 'gone', words: evidenceOf(error), asked };
    throw error;
  }
}

/**
 * The object of an answer. A hint may name a record by its number or an external id: of what is no id of a row, whatever
 * is answered is what was asked for.
 *
 * @throws OtherRecordError where it is another record than that of the row.
 */
async function objectOf({ ctx, resource }: Pass, answer: Answer, id: string, endpoint: string) {
  try {
    return unwrapRecord(answer, id, endpoint);
  } catch (error) {
    const isOther = error instanceof OtherRecordError;
    if (!isOther || (await isLive(ctx.db.orm, resource.table, id))) throw error;
    return unwrapObject(answer);
  }
}

/** The part of a deletion's evidence that Pylon's own words give. */
const evidenceOf = ({ endpoint, status, code, requestId }: PylonError) => ({
  confirmed_by: endpoint,
  status,
  ...(code === undefined ? {} : { code }),
  ...(requestId === undefined ? {} : { request_id: requestId }),
});

/** The same where it answered with another record. */
const mergedWords = ({ endpoint, status, answered, requestId }: OtherRecordError): Evidence => ({
  ...{ confirmed_by: endpoint, status, merged_into: answered },
  ...(requestId === undefined ? {} : { request_id: requestId }),
});
