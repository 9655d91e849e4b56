import { z } from 'zod';
import type { Fields } from '../data/rows.ts';
import { bodyOf } from '../routes/body.ts';
import { badRequest } from '../routes/refusal.ts';
import { type Call, type Reply, route } from '../routes/route.ts';
import { create } from '../routes/writes.ts';
import { accountOf } from './accounts/find.ts';
import type { Resource } from './define.ts';

/** A file of a form. */
export const file = z.strictObject({ name: z.string(), type: z.string(), size: z.int() });

const common = { file: file.exactOptional(), file_url: z.string().exactOptional() };
const attachment = z.strictObject({ ...common, description: z.string().exactOptional() });

/** Files that were uploaded. Nothing lists them. */
export const attachments: Resource = {
  name: 'attachments',
  generate: () => ({ objects: [] }),
  routes: [
    route('POST /attachments', 'low', (call) => {
      const { description = '', ...sent } = bodyOf(call, attachment);
      return create(call, 'attachments', { description, ...madeOf(call, sent) });
    }),
    route('POST /accounts/{id}/files', 'low', (call): Reply => {
      const made = create(call, 'attachments', {
        ...{ description: '', account_id: accountOf(call).key },
        ...madeOf(call, bodyOf(call, z.strictObject(common))),
      });
      const objects = made.is === 'object' ? [made.object] : [];
      return { is: 'list', resource: 'attachments', objects, next: undefined };
    }),
  ],
};

/** A file, or one that Pylon fetches: from public addresses only. */
function madeOf(call: Call, { file, file_url }: z.output<z.ZodObject<typeof common>>): Fields {
  if (file === undefined && file_url === undefined) throw badRequest('file or file_url is required');
  if (file_url !== undefined && !/^https:\/\/(?!localhost|127\.|10\.|192\.168\.)/.test(file_url))
    throw badRequest('file_url: the address is not allowed');
  const name = file?.name ?? file_url?.split('/').at(-1) ?? '';
  return {
    name,
    url: `https://files.pylon.example/${call.state.newId('files')}/${encodeURIComponent(name)}`,
  };
}
