import type { Resource } from '../../src/resources/define.ts';
import { resources } from '../../src/resources/index.ts';
import objects from '../fixtures/objects.json' with { type: 'json' };

/** The fields of what Pylon's API document says that each endpoint answers with, by the endpoint. */
const ANSWERED: Readonly<Record<string, string>> = objects;

/** Fields that Pylon sends, and does not document. */
const UNDOCUMENTED: Readonly<Record<string, string>> = { users: 'is_deactivated' };

const listingOf = ({ pull }: Resource) => {
  const method = ['search', 'slices'].includes(pull.by) ? 'POST' : 'GET';
  const within = 'items' in pull ? ` ${pull.items}` : '';
  return `${method} ${pull.path.replaceAll(/\{\w+\}/g, '{}')}${within}`;
};

/** The fields of each object as Pylon's API document names them in the answers of its listing. */
export const DOCUMENTED: Readonly<Record<string, string>> = Object.fromEntries(
  resources.map((resource) => {
    const fields = [ANSWERED[listingOf(resource)], UNDOCUMENTED[resource.name]];
    return [resource.name, fields.filter((one) => one !== undefined).join(' ')];
  }),
);

/** Paths that repeat what another table holds, and so may be left out of the row. */
export const COPIES: Readonly<Record<string, readonly string[]>> = {
  users: ['role.name', 'role.slug'],
  contacts: ['account.external_ids'],
  issues: ['account.external_ids'],
  tasks: ['account.external_ids'],
  projects: ['account.external_ids'],
  milestones: ['account.external_ids'],
  article_translations: ['collection_id', 'author_user_id', 'tags', 'visibility_config'],
};
