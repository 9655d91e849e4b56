import { getTableColumns, type Table } from 'drizzle-orm';

/**
 * What a column of a name is in whatever table it occurs, in plain words, with its unit where it has one. A descriptor
 * has words of its own for the others, and where a name means something else.
 */
export const COMMON_WORDS = {
  id: "Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here.",
  _synced_at: 'When the content of this row last changed here.',
  _deleted_at: 'When the record was found to be gone from Pylon; null while it lives.',
  _extra: 'What Pylon sent that has no column of its own, or did not fit its type; null where there is none.',
  _hash: "Digest of Pylon's values, by which the daemon tells whether a row changed.",
  _order: 'Place of the answer that this row came with, in the order of requests.',
  account_id: 'The account it belongs to: accounts.id.',
  actions: 'What it does besides, as Pylon sends it.',
  approval_info: 'Where its review stands, as Pylon sends it.',
  archived_at: 'When it was archived; null where it was not.',
  article_id: 'The article: articles.id.',
  attachment_urls: 'Addresses of attached files; signed, and good for a while only.',
  author_contact_email: 'E-mail address of the contact who wrote it.',
  author_contact_id: 'The contact who wrote it: contacts.id; null where a user did.',
  author_user_email: 'E-mail address of the user who wrote it.',
  author_user_id: 'The user who wrote it: users.id; null where a contact did.',
  avatar_url: 'Address of the picture.',
  body_html: 'The text, as HTML.',
  collection_id: 'The folder it is in: collections.id; null at the top.',
  contact_id: 'The contact: contacts.id.',
  created_at: 'When it was created in Pylon.',
  current_draft_content_html: 'The text that is being worked on, as HTML.',
  current_published_content_html: 'The text that readers see, as HTML; null where nothing is published.',
  custom_fields: 'Values of custom fields: slug to text, or to a list of texts.',
  customer_portal_visible: 'Whether customers see it in their portal.',
  default_language: 'Language of the articles themselves.',
  description: 'What it is, in words.',
  description_html: 'What it is, as HTML.',
  domain: 'The main e-mail domain, as older clients know it.',
  due_date: 'When it is due; null where no date was set.',
  email: 'E-mail address.',
  emails: 'All e-mail addresses.',
  external_ids: 'Ids in other systems: a list of {"external_id", "label"}.',
  identifier: 'The number in the address of the article.',
  is_archived: 'Whether it was put away.',
  is_published: 'Whether readers can see it.',
  is_unlisted: 'Whether it is left out of lists, and found by its address only.',
  issue_id: 'The issue: issues.id.',
  knowledge_base_id: 'The knowledge base: knowledge_bases.id.',
  label: 'What people see it called.',
  language: 'Language of the text, such as de.',
  last_edited_at: 'When it was last edited.',
  last_published_at: 'When it was last published; null where it never was.',
  link: 'Address of the page in Pylon.',
  name: 'What it is called.',
  owner_id: 'The user who is in charge: users.id; null where nobody is.',
  project_id: 'The project it is part of: projects.id.',
  slug: 'Its name in the API and in addresses.',
  tags: 'Tags, by their names.',
  title: 'What it is called.',
  type: 'Its kind.',
  updated_at: 'When Pylon last counted it as changed.',
  url: 'Address of its page.',
  user_id: 'The user: users.id.',
  visibility: 'Who can use it, as Pylon sends it.',
  visibility_config: 'Who can see it, as Pylon sends it.',
} as const;

type Words = Readonly<Record<string, string>>;

/** A table with the words that its columns do not share with those of other tables. */
interface Described {
  readonly table: Table;
  readonly words?: Words;
}

/** What each column of a resource's table is: its comment in the database. */
export const columnWords = ({ table, words = {} }: Described): Words =>
  Object.fromEntries(
    Object.keys(getTableColumns(table)).map((column) => [
      column,
      words[column] ?? (COMMON_WORDS as Words)[column] ?? '',
    ]),
  );
