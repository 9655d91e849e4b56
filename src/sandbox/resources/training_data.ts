import { z } from 'zod';
import type { Generator } from '../data/generator.ts';
import { DAY, instant, updatedWithin } from '../data/instants.ts';
import { ids } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { bodyOf, filled } from '../routes/body.ts';
import { wholeRoute } from '../routes/pages.ts';
import { badRequest, notFound } from '../routes/refusal.ts';
import { type Call, getRoute, type Reply, route, rowOf } from '../routes/route.ts';
import { change, create, nowIn } from '../routes/writes.ts';
import { file } from './attachments.ts';
import type { Resource } from './define.ts';

const creation = z.strictObject({
  training_data_name: filled.exactOptional(),
  visibility: z.enum(['everyone', 'user_only', 'ai_agent_only']).exactOptional(),
});

const text = z.strictObject({
  content: filled,
  external_id: z.string().exactOptional(),
  file_name: filled,
  training_data_id: z.string().exactOptional(),
  training_data_name: filled.exactOptional(),
  visibility: z.string().exactOptional(),
});

export const training_data: Resource = {
  name: 'training_data',
  generate: (generator) => ({
    objects: generator.many(4, (i, created) => trainingData(generator, i, created)),
  }),
  routes: [
    wholeRoute('GET /training-data', 'high', 'training_data', { paged: false }),
    getRoute('GET /training-data/{id}', 'high', 'training_data'),
    route('POST /training-data', 'low', createTrainingData),
    route('POST /training-data/upload-content', 'low', addText),
    route('POST /training-data/upload', 'low', addFiles),
    route('DELETE /training-data/{id}/documents', 'low', deleteDocuments),
  ],
};

const NAMES = ['Product website', 'Runbooks', 'Release notes', 'Pricing sheets'];

function trainingData({ seed, start }: Generator, index: number, created: number): Fields {
  const isWebsite = index === 0;
  const documents = Array.from({ length: isWebsite ? 0 : index }, (_, k) => ({
    id: ids(seed, 'training_documents').of(index * 10 + k),
    external_id: k === 0 ? '' : `doc-${index}-${k}`,
    file_name: `part-${k + 1}.md`,
    file_type: 'text/markdown',
    file_size: 2_048 * (k + 1),
    s3_key: `training/${index}/part-${k + 1}.md`,
  }));
  return {
    id: ids(seed, 'training_data').of(index),
    name: NAMES[index],
    type: isWebsite ? 'website' : 'files',
    visibility: isWebsite ? 'everyone' : 'user_only',
    exclude_from_kb_search: index === 3,
    documents,
    scrape_status: isWebsite
      ? { status: 'completed', pages_scraped: 41, total_pages: 41, last_scraped_at: instant(start - DAY) }
      : null,
    created_at: instant(created),
    updated_at: updatedWithin(start, created, index),
  };
}

function createTrainingData(call: Call): Reply {
  const { training_data_name, visibility = 'everyone' } = bodyOf(call, creation);
  return create(call, 'training_data', {
    name: training_data_name ?? 'Untitled',
    ...{ type: 'files', visibility, exclude_from_kb_search: false, documents: [], scrape_status: null },
    ...{ created_at: nowIn(call), updated_at: nowIn(call) },
  });
}

/** A text with the external id of an earlier one takes its place. */
function addText(call: Call): Reply {
  const { content, external_id = '', file_name, training_data_id, training_data_name } = bodyOf(call, text);
  if (training_data_id === undefined)
    throw badRequest(
      training_data_name === undefined ? 'training_data_id is required' : 'not in this sandbox',
    );
  const row = call.state.table('training_data').get(training_data_id);
  if (row === undefined) throw notFound('training data');
  const before = (row.object.documents ?? []) as readonly Fields[];
  const others = before.filter((one) => external_id === '' || one.external_id !== external_id);
  const document = {
    ...{ id: call.state.newId('training_documents'), external_id, file_name, file_type: 'text/plain' },
    ...{ file_size: Buffer.byteLength(content), s3_key: `training/${file_name}` },
  };
  return change(call, 'training_data', row, { documents: [...others, document] });
}

const oneOrMore = <Shape extends z.ZodType>(shape: Shape) =>
  z.union([z.array(shape), shape.transform((one) => [one])]);
const upload = z.strictObject({
  files: oneOrMore(file),
  file_names: oneOrMore(z.string()).exactOptional(),
  external_ids: oneOrMore(z.string()).exactOptional(),
  training_data_id: filled,
});

const SUPPORTED = /^(application\/(pdf|json)|text\/(plain|markdown|csv)|image\/(jpeg|png|gif|webp))/;

/** A file with the external id of an earlier one takes its place. */
function addFiles(call: Call): Reply {
  const { files, file_names, external_ids, training_data_id } = bodyOf(call, upload);
  const row = call.state.table('training_data').get(training_data_id);
  if (row === undefined) throw notFound('training data');
  if (files.length > 10) throw badRequest('files: at most 10');
  for (const list of [file_names, external_ids])
    if (list !== undefined && list.length !== files.length)
      throw badRequest('file_names and external_ids must match the number of files');
  const strange = files.find(({ type }) => !SUPPORTED.test(type));
  if (strange !== undefined) throw badRequest(`files: ${strange.type} is not supported`);
  const before = (row.object.documents ?? []) as readonly Fields[];
  const others = before.filter(
    (one) => !one.external_id || external_ids?.includes(String(one.external_id)) !== true,
  );
  const made = files.map(({ name, type, size }, index) => ({
    ...{ id: call.state.newId('training_documents'), external_id: external_ids?.[index] ?? '' },
    ...{
      file_name: file_names?.[index] ?? name,
      file_type: type,
      file_size: size,
      s3_key: `training/${name}`,
    },
  }));
  return change(call, 'training_data', row, { documents: [...others, ...made] });
}

function deleteDocuments(call: Call): Reply {
  const row = rowOf(call, 'training_data');
  const { document_ids = [], external_ids = [] } = call.queries;
  if (document_ids.length + external_ids.length === 0)
    throw badRequest('document_ids or external_ids is required');
  const before = (row.object.documents ?? []) as readonly Fields[];
  const left = before.filter(
    ({ id, external_id }) => !document_ids.includes(`${id}`) && !external_ids.includes(`${external_id}`),
  );
  change(call, 'training_data', row, { documents: left });
  return { is: 'done', more: { deleted_count: before.length - left.length } };
}
