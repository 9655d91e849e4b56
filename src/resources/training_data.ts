import { boolean, jsonb, text } from 'drizzle-orm/pg-core';
import { optional, required } from './actions.ts';
import { defineResource, instant, mirrorTable } from './define.ts';
import { column, elements, numberIn } from './views.ts';
import { value } from './writes.ts';

export const table = mirrorTable('training_data', {
  id: text().primaryKey(),
  name: text(),
  type: text(),
  visibility: text(),
  exclude_from_kb_search: boolean(),
  documents: jsonb(),
  scrape_status: jsonb(),
  created_at: instant(),
  updated_at: instant(),
});

export const trainingData = defineResource({
  name: 'training_data',
  about: 'What AI agents learn from besides the knowledge base: websites and collections of documents.',
  table,
  words: {
    visibility: 'Whom it serves: everyone, user_only or ai_agent_only.',
    exclude_from_kb_search: 'Whether searches of the knowledge base leave it out.',
    documents: 'Its documents: a list of {"id", "file_name", "file_type", "file_size", …}.',
    scrape_status:
      'How far a website was read: {"status", "pages_scraped", "total_pages", "last_scraped_at"}.',
  },
  title: 'name',
  pull: { by: 'list', path: '/training-data' },
  get: '/training-data/{id}',
  writes: {
    create: {
      path: '/training-data',
      required: ['name'],
      recovery: { by: 'list', path: '/training-data' },
    },
    columns: {
      name: value({ field: 'training_data_name', only: 'create' }),
      visibility: value({ values: ['everyone', 'user_only', 'ai_agent_only'], only: 'create' }),
    },
  },
  actions: [
    {
      ...{ name: 'add_training_text', record: 'training_data_id', recordField: 'training_data_id' },
      ...{ allow: 'create', method: 'POST', route: '/training-data/upload-content' },
      comment: 'Adds a text to training data as a document.',
      parameters: [required('content'), required('file_name'), optional('external_id')],
      ...{ answersRecord: true, repeatable: false, repeatableWith: 'external_id' },
    },
    {
      ...{ name: 'upload_training_files', record: 'training_data_id', recordField: 'training_data_id' },
      ...{ allow: 'create', method: 'POST', route: '/training-data/upload', form: true },
      comment:
        'Adds files to training data as documents. With external_ids, a file replaces the one with its id.',
      parameters: [
        ...[{ name: 'files', type: 'bytea[]' } as const, { name: 'file_names', type: 'text[]' } as const],
        optional('external_ids', 'text[]'),
      ],
      asMany: ['files', 'file_names', 'external_ids'],
      ...{ answersRecord: true, repeatable: false, repeatableWith: 'external_ids' },
    },
    {
      ...{ name: 'delete_training_documents', record: 'training_data_id', allow: 'delete', method: 'DELETE' },
      route: '/training-data/{id}/documents',
      comment: 'Deletes documents of training data, by their ids or external ids.',
      parameters: [
        { ...optional('document_ids', 'text[]'), query: true },
        { ...optional('external_ids', 'text[]'), query: true },
      ],
      ...{ answersRecord: false, repeatable: true, keepsAnswer: true },
    },
  ],
  naming: {
    training_data_id: column('r.id', 'The training data: training_data.id.'),
    training_data_name: column('r.name', 'What the training data is called.'),
  },
  lists: [
    {
      name: 'training_data_documents',
      comment: 'Documents of training data, one row per document.',
      each: elements('r.documents'),
      columns: {
        document_id: column("each.one ->> 'id'", "Pylon's id of the document."),
        external_id: column("each.one ->> 'external_id'", 'The id that it was uploaded with.'),
        file_name: column("each.one ->> 'file_name'", 'What the file is called.'),
        file_type: column("each.one ->> 'file_type'", 'Of which type the file is.'),
        file_size: column(
          `(${numberIn("each.one -> 'file_size'", '1e15')})::bigint`,
          'How large the file is, in bytes.',
        ),
        s3_key: column("each.one ->> 's3_key'", 'Where Pylon keeps the file.'),
      },
    },
  ],
});
