import { readFile } from '../../db/edits/files.ts';
import type { Edit } from '../../db/edits/queue.ts';
import { type Action, type ActionRequest, requestOf } from '../../edits/actions.ts';
import { typeOf } from '../../edits/files.ts';
import type { Values } from '../../edits/merge.ts';
import type { Answer, FormPart } from '../../pylon/types.ts';
import { assertAddressable } from '../../pylon/wire/address.ts';
import { NoRequestError, type PushContext, prepared } from './target.ts';

/**
 * Builds the request of an action.
 *
 * @throws NoRequestError.
 */
export const preparedAction = (action: Action, record: string, given: Values): ActionRequest =>
  prepared(() => {
    const request = requestOf(action, record, given);
    assertAddressable(action.route, request.params);
    return request;
  });

/** The fields of a form with the contents of its files. */
async function partsOf({ ctx }: PushContext, { id }: Edit, form: NonNullable<ActionRequest['form']>) {
  const parts: FormPart[] = [];
  for (const field of form) {
    if (!('file' in field)) {
      parts.push(field);
      continue;
    }
    const { name, file, bytes, place } = field;
    const content = new Uint8Array(bytes);
    if ((await readFile(ctx.db.orm, id, place, content)) !== bytes)
      throw new NoRequestError(`the content of ${file} is not here any more: call the function again`);
    parts.push({ name, file, type: typeOf(file), content });
  }
  return parts;
}

/**
 * Sends the request of an action. Files are read and sent one request after the other, so that the contents of one are in
 * memory.
 *
 * @throws NoRequestError if the content of a file is missing; errors of the request.
 */
export async function sendAction(
  push: PushContext,
  { method, route }: Action,
  edit: Edit,
  { params, query, body, form }: ActionRequest,
): Promise<Answer> {
  const { ctx, pylon, uploads } = push;
  const request = { method, route, params, signal: ctx.signal, ...(query === undefined ? {} : { query }) };
  if (form === undefined) return pylon.request({ ...request, ...(body === undefined ? {} : { body }) });
  return uploads.run('files', async () =>
    pylon.request({ ...request, form: await partsOf(push, edit, form) }),
  );
}
