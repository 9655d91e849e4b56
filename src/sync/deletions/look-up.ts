import { isLive, readRow } from '../../db/mirror/rows.ts';
import type { Evidence } from '../../db/mirror/tombstones.ts';
import { OtherRecordError, unwrapObject, unwrapRecord } from '../../pylon/answer.ts';
import { isGone, PylonError } from '../../pylon/errors.ts';
import type { Answer } from '../../pylon/types.ts';
import type { PathFacts } from '../../resources/define.ts';
import { factsIn } from '../../route.ts';
import type { Pass } from '../pass/pass.ts';

/** What Pylon answers about one record. */
export type Lookup =
  | { readonly is: 'there'; readonly answer: Answer; readonly object: unknown; readonly facts: PathFacts }
  /** Pylon does not know the record, or has merged it into another one; `words` is its answer, as evidence. */
  | { readonly is: 'gone'; readonly words: Evidence; readonly asked: bigint };

/** The parameters of the path to one record, from its row. */
export async function factsOf(pass: Pass, id: string): Promise<Readonly<Record<string, string>>> {
  const names = factsIn(pass.resource.get ?? '');
  if (names.length === 0) return {};
  const row = (await readRow(pass.ctx.db.orm, pass.resource.table, id)) ?? {};
  return Object.fromEntries(names.flatMap((name) => (row[name] == null ? [] : [[name, String(row[name])]])));
}

/**
 * Asks Pylon for one record.
 *
 * @throws any error other than the record's absence.
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
    if (error instanceof PylonError && isGone(error)) return { is: 'gone', words: evidenceOf(error), asked };
    throw error;
  }
}

/**
 * The object of an answer. A webhook's hint may name a record by its number or an external id, so for an id that no
 * row has, any answered record is the requested one.
 *
 * @throws OtherRecordError if Pylon answers with another record than the row's.
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

/** The part of a deletion's evidence that comes from Pylon's answer. */
const evidenceOf = ({ endpoint, status, code, requestId }: PylonError) => ({
  confirmed_by: endpoint,
  status,
  ...(code === undefined ? {} : { code }),
  ...(requestId === undefined ? {} : { request_id: requestId }),
});

/** The same when Pylon answered with another record. */
const mergedWords = ({ endpoint, status, answered, requestId }: OtherRecordError): Evidence => ({
  ...{ confirmed_by: endpoint, status, merged_into: answered },
  ...(requestId === undefined ? {} : { request_id: requestId }),
});
