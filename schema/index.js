// Made from the descriptors in src/resources (npm run docs); a test compares it with them. Change those.
import { relations, sql } from 'drizzle-orm';
import { bigint, boolean, jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';

export const pylon = pgSchema('pylon');

export const organizations = pylon.table('organizations', {
  id: text().primaryKey(),
  name: text(),
  user_id: text(),
  user_email: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const users = pylon.table('users', {
  id: text().primaryKey(),
  name: text(),
  email: text(),
  emails: text().array(),
  avatar_url: text(),
  role_id: text(),
  status: text(),
  is_deactivated: boolean(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const user_roles = pylon.table('user_roles', {
  id: text().primaryKey(),
  name: text(),
  slug: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const teams = pylon.table('teams', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  name: text(),
  user_ids: text().array(),
  users: jsonb(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const tags = pylon.table('tags', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  value: text(),
  object_type: text(),
  hex_color: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const custom_fields = pylon.table('custom_fields', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  object_type: text(),
  slug: text(),
  label: text(),
  description: text(),
  type: text(),
  source: text(),
  is_read_only: boolean(),
  default_value: text(),
  default_values: text().array(),
  select_metadata: jsonb(),
  number_metadata: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const issue_statuses = pylon.table('issue_statuses', {
  id: text().primaryKey(),
  slug: text(),
  label: text(),
  category: text(),
  is_archived: boolean(),
  is_default_status: boolean(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const ticket_forms = pylon.table('ticket_forms', {
  id: text().primaryKey(),
  name: text(),
  slug: text(),
  description_html: text(),
  url: text(),
  is_public: boolean(),
  fields: jsonb(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const accounts = pylon.table('accounts', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  name: text(),
  type: text(),
  owner_id: text(),
  owner_email: text(),
  domain: text(),
  primary_domain: text(),
  domains: text().array(),
  tags: text().array(),
  is_disabled: boolean(),
  channels: jsonb(),
  external_ids: jsonb(),
  crm_settings: jsonb(),
  custom_fields: jsonb(),
  latest_customer_activity_time: timestamp({ withTimezone: true, mode: 'string' }),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const account_relationships = pylon.table('account_relationships', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  account_id: text(),
  relationship_type: text(),
  related_object_id: text(),
  parent_account_id: text(),
  child_account_id: text(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const activity_types = pylon.table('activity_types', {
  id: text().primaryKey(),
  slug: text(),
  label: text(),
  icon_url: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const contacts = pylon.table('contacts', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  name: text(),
  email: text(),
  emails: text().array(),
  account_id: text(),
  avatar_url: text(),
  portal_role: text(),
  portal_role_id: text(),
  primary_phone_number: text(),
  phone_numbers: text().array(),
  external_ids: jsonb(),
  integration_user_ids: jsonb(),
  custom_fields: jsonb(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const issues = pylon.table('issues', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  number: bigint({ mode: 'number' }),
  title: text(),
  link: text(),
  body_html: text(),
  state: text(),
  type: text(),
  source: text(),
  account_id: text(),
  requester_id: text(),
  requester_email: text(),
  assignee_id: text(),
  assignee_email: text(),
  team_id: text(),
  tags: text().array(),
  custom_fields: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  latest_message_time: timestamp({ withTimezone: true, mode: 'string' }),
  snoozed_until_time: timestamp({ withTimezone: true, mode: 'string' }),
  customer_portal_visible: boolean(),
  author_unverified: boolean(),
  number_of_touches: bigint({ mode: 'number' }),
  first_response_time: timestamp({ withTimezone: true, mode: 'string' }),
  first_response_seconds: bigint({ mode: 'number' }),
  business_hours_first_response_seconds: bigint({ mode: 'number' }),
  first_response_breach_time: timestamp({ withTimezone: true, mode: 'string' }),
  resolution_time: timestamp({ withTimezone: true, mode: 'string' }),
  resolution_seconds: bigint({ mode: 'number' }),
  business_hours_resolution_seconds: bigint({ mode: 'number' }),
  resolution_breach_time: timestamp({ withTimezone: true, mode: 'string' }),
  time_in_status_seconds: jsonb(),
  business_hours_time_in_status_seconds: jsonb(),
  active_time_seconds: bigint({ mode: 'number' }),
  business_hours_active_time_seconds: bigint({ mode: 'number' }),
  active_time_by_user: jsonb(),
  team_slas: jsonb(),
  csat_responses: jsonb(),
  external_issues: jsonb(),
  parent_issue_id: text(),
  parent_issue_number: bigint({ mode: 'number' }),
  child_issues: jsonb(),
  attachment_urls: text().array(),
  slack_channel_id: text(),
  slack_message_ts: text(),
  slack_workspace_id: text(),
  chat_widget_page_url: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const issue_messages = pylon.table('issue_messages', {
  id: text().primaryKey(),
  issue_id: text(),
  thread_id: text(),
  timestamp: timestamp({ withTimezone: true, mode: 'string' }),
  source: text(),
  is_private: boolean(),
  message_html: text(),
  author_name: text(),
  author_avatar_url: text(),
  author_user_id: text(),
  author_user_email: text(),
  author_contact_id: text(),
  author_contact_email: text(),
  email_info: jsonb(),
  file_urls: text().array(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const issue_followers = pylon.table('issue_followers', {
  id: text().primaryKey(),
  issue_id: text(),
  type: text(),
  user_id: text(),
  contact_id: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const issue_threads = pylon.table('issue_threads', {
  id: text().primaryKey(),
  issue_id: text(),
  name: text(),
  source: text(),
  channel_id: text(),
  thread_id: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const voice_calls = pylon.table('voice_calls', {
  id: text().primaryKey(),
  issue_id: text(),
  from_phone_number: text(),
  to_phone_number: text(),
  duration_sec: bigint({ mode: 'number' }),
  recordings: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const tasks = pylon.table('tasks', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  title: text(),
  body_html: text(),
  status: text(),
  account_id: text(),
  project_id: text(),
  milestone_id: text(),
  assignee_user_id: text(),
  assignee_user_email: text(),
  assignee_contact_id: text(),
  assignee_contact_email: text(),
  parent_task_id: text(),
  subtask_ids: text().array(),
  due_date: timestamp({ withTimezone: true, mode: 'string' }),
  customer_portal_visible: boolean(),
  custom_fields: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const task_comments = pylon.table('task_comments', {
  id: text().primaryKey(),
  task_id: text(),
  body_html: text(),
  is_internal: boolean(),
  author_user_id: text(),
  author_user_email: text(),
  author_contact_id: text(),
  author_contact_email: text(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  last_edited_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const projects = pylon.table('projects', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  name: text(),
  description_html: text(),
  account_id: text(),
  owner_id: text(),
  project_template_id: text(),
  start_date: timestamp({ withTimezone: true, mode: 'string' }),
  end_date: timestamp({ withTimezone: true, mode: 'string' }),
  is_archived: boolean(),
  archived_at: timestamp({ withTimezone: true, mode: 'string' }),
  customer_portal_visible: boolean(),
  custom_fields: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const milestones = pylon.table('milestones', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  name: text(),
  account_id: text(),
  project_id: text(),
  due_date: timestamp({ withTimezone: true, mode: 'string' }),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const call_recordings = pylon.table('call_recordings', {
  id: text().primaryKey(),
  title: text(),
  account_id: text(),
  source: text(),
  external_id: text(),
  calendar_event_id: text(),
  url: text(),
  summary: text(),
  start_time: timestamp({ withTimezone: true, mode: 'string' }),
  end_time: timestamp({ withTimezone: true, mode: 'string' }),
  duration_ms: bigint({ mode: 'number' }),
  participant_emails: text().array(),
  custom_fields: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const custom_objects = pylon.table('custom_objects', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  type: text(),
  name: text(),
  custom_fields: jsonb(),
  relations: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const feature_requests = pylon.table('feature_requests', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  title: text(),
  description: text(),
  request_status: text(),
  evidence_count: bigint({ mode: 'number' }),
  account_ids: text().array(),
  portal_visible_to_account_ids: text().array(),
  custom_fields: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const feature_request_evidence = pylon.table('feature_request_evidence', {
  id: text().primaryKey(),
  feature_request_id: text(),
  source_type: text(),
  source_id: text(),
  account_id: text(),
  external_url: text(),
  summary: text(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const knowledge_bases = pylon.table('knowledge_bases', {
  id: text().primaryKey(),
  title: text(),
  slug: text(),
  default_language: text(),
  supported_languages: text().array(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const collections = pylon.table('collections', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  knowledge_base_id: text(),
  parent_collection_id: text(),
  title: text(),
  slug: text(),
  description: text(),
  icon: text(),
  visibility_config: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const articles = pylon.table('articles', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  knowledge_base_id: text(),
  collection_id: text(),
  author_user_id: text(),
  title: text(),
  slug: text(),
  identifier: text(),
  url: text(),
  is_published: boolean(),
  is_unlisted: boolean(),
  current_draft_content_html: text(),
  current_published_content_html: text(),
  approval_info: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  last_edited_at: timestamp({ withTimezone: true, mode: 'string' }),
  last_published_at: timestamp({ withTimezone: true, mode: 'string' }),
  tag_ids: text().array(),
  tags: jsonb(),
  visibility_config: jsonb(),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const article_translations = pylon.table('article_translations', {
  id: text().primaryKey(),
  article_id: text(),
  language: text(),
  knowledge_base_id: text(),
  title: text(),
  slug: text(),
  identifier: text(),
  url: text(),
  is_published: boolean(),
  is_unlisted: boolean(),
  current_draft_content_html: text(),
  current_published_content_html: text(),
  approval_info: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  last_edited_at: timestamp({ withTimezone: true, mode: 'string' }),
  last_published_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const macros = pylon.table('macros', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  macro_group_id: text(),
  name: text(),
  text_html: text(),
  text_type: text(),
  has_actions: boolean(),
  actions: jsonb(),
  visibility: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const macro_groups = pylon.table('macro_groups', {
  id: text().primaryKey(),
  title: text(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const surveys = pylon.table('surveys', {
  id: text().primaryKey(),
  name: text(),
  type: text(),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const survey_responses = pylon.table('survey_responses', {
  id: text().primaryKey(),
  survey_id: text(),
  account_id: text(),
  contact_id: text(),
  answers: jsonb(),
  submitted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const audit_logs = pylon.table('audit_logs', {
  id: text().primaryKey(),
  action: text(),
  action_happened_at: timestamp({ withTimezone: true, mode: 'string' }),
  actor_user_id: text(),
  actor_contact_id: text(),
  object_type: text(),
  object_id: text(),
  source: text(),
  link: text(),
  attributes: jsonb(),
  metadata: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const training_data = pylon.table('training_data', {
  id: text().primaryKey().default(sql`'local-' || gen_random_uuid()`),
  name: text(),
  type: text(),
  visibility: text(),
  exclude_from_kb_search: boolean(),
  documents: jsonb(),
  scrape_status: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  updated_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const email_suppressions = pylon.table('email_suppressions', {
  id: text().primaryKey(),
  email: text(),
  reason: text(),
  bounce_details: jsonb(),
  created_at: timestamp({ withTimezone: true, mode: 'string' }),
  _synced_at: timestamp({ withTimezone: true, mode: 'string' }).notNull().default(sql`now()`),
  _deleted_at: timestamp({ withTimezone: true, mode: 'string' }),
  _extra: jsonb(),
  _hash: text().notNull().default(sql`'none'`),
  _order: bigint({ mode: 'bigint' }).notNull().default(sql`0`),
});

export const organizations_relations = relations(organizations, ({ one }) => ({
  user: one(users, { fields: [organizations.user_id], references: [users.id], relationName: 'organizations.user_id' }),
}));

export const users_relations = relations(users, ({ one, many }) => ({
  role: one(user_roles, { fields: [users.role_id], references: [user_roles.id], relationName: 'users.role_id' }),
  organizations: many(organizations, { relationName: 'organizations.user_id' }),
  accounts: many(accounts, { relationName: 'accounts.owner_id' }),
  issues: many(issues, { relationName: 'issues.assignee_id' }),
  issue_messages: many(issue_messages, { relationName: 'issue_messages.author_user_id' }),
  issue_followers: many(issue_followers, { relationName: 'issue_followers.user_id' }),
  tasks: many(tasks, { relationName: 'tasks.assignee_user_id' }),
  task_comments: many(task_comments, { relationName: 'task_comments.author_user_id' }),
  projects: many(projects, { relationName: 'projects.owner_id' }),
  articles: many(articles, { relationName: 'articles.author_user_id' }),
  audit_logs: many(audit_logs, { relationName: 'audit_logs.actor_user_id' }),
}));

export const user_roles_relations = relations(user_roles, ({ many }) => ({
  users: many(users, { relationName: 'users.role_id' }),
}));

export const teams_relations = relations(teams, ({ many }) => ({
  issues: many(issues, { relationName: 'issues.team_id' }),
}));

export const accounts_relations = relations(accounts, ({ one, many }) => ({
  owner: one(users, { fields: [accounts.owner_id], references: [users.id], relationName: 'accounts.owner_id' }),
  account_relationships_by_account: many(account_relationships, { relationName: 'account_relationships.account_id' }),
  account_relationships_by_related_object: many(account_relationships, { relationName: 'account_relationships.related_object_id' }),
  account_relationships_by_parent_account: many(account_relationships, { relationName: 'account_relationships.parent_account_id' }),
  account_relationships_by_child_account: many(account_relationships, { relationName: 'account_relationships.child_account_id' }),
  contacts: many(contacts, { relationName: 'contacts.account_id' }),
  issues: many(issues, { relationName: 'issues.account_id' }),
  tasks: many(tasks, { relationName: 'tasks.account_id' }),
  projects: many(projects, { relationName: 'projects.account_id' }),
  milestones: many(milestones, { relationName: 'milestones.account_id' }),
  call_recordings: many(call_recordings, { relationName: 'call_recordings.account_id' }),
  feature_request_evidence: many(feature_request_evidence, { relationName: 'feature_request_evidence.account_id' }),
  survey_responses: many(survey_responses, { relationName: 'survey_responses.account_id' }),
}));

export const account_relationships_relations = relations(account_relationships, ({ one }) => ({
  account: one(accounts, { fields: [account_relationships.account_id], references: [accounts.id], relationName: 'account_relationships.account_id' }),
  related_object: one(accounts, { fields: [account_relationships.related_object_id], references: [accounts.id], relationName: 'account_relationships.related_object_id' }),
  parent_account: one(accounts, { fields: [account_relationships.parent_account_id], references: [accounts.id], relationName: 'account_relationships.parent_account_id' }),
  child_account: one(accounts, { fields: [account_relationships.child_account_id], references: [accounts.id], relationName: 'account_relationships.child_account_id' }),
}));

export const contacts_relations = relations(contacts, ({ one, many }) => ({
  account: one(accounts, { fields: [contacts.account_id], references: [accounts.id], relationName: 'contacts.account_id' }),
  issues: many(issues, { relationName: 'issues.requester_id' }),
  issue_messages: many(issue_messages, { relationName: 'issue_messages.author_contact_id' }),
  issue_followers: many(issue_followers, { relationName: 'issue_followers.contact_id' }),
  tasks: many(tasks, { relationName: 'tasks.assignee_contact_id' }),
  task_comments: many(task_comments, { relationName: 'task_comments.author_contact_id' }),
  survey_responses: many(survey_responses, { relationName: 'survey_responses.contact_id' }),
  audit_logs: many(audit_logs, { relationName: 'audit_logs.actor_contact_id' }),
}));

export const issues_relations = relations(issues, ({ one, many }) => ({
  account: one(accounts, { fields: [issues.account_id], references: [accounts.id], relationName: 'issues.account_id' }),
  requester: one(contacts, { fields: [issues.requester_id], references: [contacts.id], relationName: 'issues.requester_id' }),
  assignee: one(users, { fields: [issues.assignee_id], references: [users.id], relationName: 'issues.assignee_id' }),
  team: one(teams, { fields: [issues.team_id], references: [teams.id], relationName: 'issues.team_id' }),
  parent_issue: one(issues, { fields: [issues.parent_issue_id], references: [issues.id], relationName: 'issues.parent_issue_id' }),
  issues_by_parent_issue: many(issues, { relationName: 'issues.parent_issue_id' }),
  issue_messages: many(issue_messages, { relationName: 'issue_messages.issue_id' }),
  issue_followers: many(issue_followers, { relationName: 'issue_followers.issue_id' }),
  issue_threads: many(issue_threads, { relationName: 'issue_threads.issue_id' }),
  voice_calls: many(voice_calls, { relationName: 'voice_calls.issue_id' }),
  feature_request_evidence: many(feature_request_evidence, { relationName: 'feature_request_evidence.source_id' }),
}));

export const issue_messages_relations = relations(issue_messages, ({ one }) => ({
  issue: one(issues, { fields: [issue_messages.issue_id], references: [issues.id], relationName: 'issue_messages.issue_id' }),
  author_user: one(users, { fields: [issue_messages.author_user_id], references: [users.id], relationName: 'issue_messages.author_user_id' }),
  author_contact: one(contacts, { fields: [issue_messages.author_contact_id], references: [contacts.id], relationName: 'issue_messages.author_contact_id' }),
}));

export const issue_followers_relations = relations(issue_followers, ({ one }) => ({
  issue: one(issues, { fields: [issue_followers.issue_id], references: [issues.id], relationName: 'issue_followers.issue_id' }),
  user: one(users, { fields: [issue_followers.user_id], references: [users.id], relationName: 'issue_followers.user_id' }),
  contact: one(contacts, { fields: [issue_followers.contact_id], references: [contacts.id], relationName: 'issue_followers.contact_id' }),
}));

export const issue_threads_relations = relations(issue_threads, ({ one }) => ({
  issue: one(issues, { fields: [issue_threads.issue_id], references: [issues.id], relationName: 'issue_threads.issue_id' }),
}));

export const voice_calls_relations = relations(voice_calls, ({ one }) => ({
  issue: one(issues, { fields: [voice_calls.issue_id], references: [issues.id], relationName: 'voice_calls.issue_id' }),
}));

export const tasks_relations = relations(tasks, ({ one, many }) => ({
  account: one(accounts, { fields: [tasks.account_id], references: [accounts.id], relationName: 'tasks.account_id' }),
  project: one(projects, { fields: [tasks.project_id], references: [projects.id], relationName: 'tasks.project_id' }),
  milestone: one(milestones, { fields: [tasks.milestone_id], references: [milestones.id], relationName: 'tasks.milestone_id' }),
  assignee_user: one(users, { fields: [tasks.assignee_user_id], references: [users.id], relationName: 'tasks.assignee_user_id' }),
  assignee_contact: one(contacts, { fields: [tasks.assignee_contact_id], references: [contacts.id], relationName: 'tasks.assignee_contact_id' }),
  parent_task: one(tasks, { fields: [tasks.parent_task_id], references: [tasks.id], relationName: 'tasks.parent_task_id' }),
  tasks_by_parent_task: many(tasks, { relationName: 'tasks.parent_task_id' }),
  task_comments: many(task_comments, { relationName: 'task_comments.task_id' }),
}));

export const task_comments_relations = relations(task_comments, ({ one }) => ({
  task: one(tasks, { fields: [task_comments.task_id], references: [tasks.id], relationName: 'task_comments.task_id' }),
  author_user: one(users, { fields: [task_comments.author_user_id], references: [users.id], relationName: 'task_comments.author_user_id' }),
  author_contact: one(contacts, { fields: [task_comments.author_contact_id], references: [contacts.id], relationName: 'task_comments.author_contact_id' }),
}));

export const projects_relations = relations(projects, ({ one, many }) => ({
  account: one(accounts, { fields: [projects.account_id], references: [accounts.id], relationName: 'projects.account_id' }),
  owner: one(users, { fields: [projects.owner_id], references: [users.id], relationName: 'projects.owner_id' }),
  tasks: many(tasks, { relationName: 'tasks.project_id' }),
  milestones: many(milestones, { relationName: 'milestones.project_id' }),
}));

export const milestones_relations = relations(milestones, ({ one, many }) => ({
  account: one(accounts, { fields: [milestones.account_id], references: [accounts.id], relationName: 'milestones.account_id' }),
  project: one(projects, { fields: [milestones.project_id], references: [projects.id], relationName: 'milestones.project_id' }),
  tasks: many(tasks, { relationName: 'tasks.milestone_id' }),
}));

export const call_recordings_relations = relations(call_recordings, ({ one }) => ({
  account: one(accounts, { fields: [call_recordings.account_id], references: [accounts.id], relationName: 'call_recordings.account_id' }),
}));

export const feature_requests_relations = relations(feature_requests, ({ many }) => ({
  feature_request_evidence: many(feature_request_evidence, { relationName: 'feature_request_evidence.feature_request_id' }),
}));

export const feature_request_evidence_relations = relations(feature_request_evidence, ({ one }) => ({
  feature_request: one(feature_requests, { fields: [feature_request_evidence.feature_request_id], references: [feature_requests.id], relationName: 'feature_request_evidence.feature_request_id' }),
  source: one(issues, { fields: [feature_request_evidence.source_id], references: [issues.id], relationName: 'feature_request_evidence.source_id' }),
  account: one(accounts, { fields: [feature_request_evidence.account_id], references: [accounts.id], relationName: 'feature_request_evidence.account_id' }),
}));

export const knowledge_bases_relations = relations(knowledge_bases, ({ many }) => ({
  collections: many(collections, { relationName: 'collections.knowledge_base_id' }),
  articles: many(articles, { relationName: 'articles.knowledge_base_id' }),
  article_translations: many(article_translations, { relationName: 'article_translations.knowledge_base_id' }),
}));

export const collections_relations = relations(collections, ({ one, many }) => ({
  knowledge_base: one(knowledge_bases, { fields: [collections.knowledge_base_id], references: [knowledge_bases.id], relationName: 'collections.knowledge_base_id' }),
  parent_collection: one(collections, { fields: [collections.parent_collection_id], references: [collections.id], relationName: 'collections.parent_collection_id' }),
  collections_by_parent_collection: many(collections, { relationName: 'collections.parent_collection_id' }),
  articles: many(articles, { relationName: 'articles.collection_id' }),
}));

export const articles_relations = relations(articles, ({ one, many }) => ({
  knowledge_base: one(knowledge_bases, { fields: [articles.knowledge_base_id], references: [knowledge_bases.id], relationName: 'articles.knowledge_base_id' }),
  collection: one(collections, { fields: [articles.collection_id], references: [collections.id], relationName: 'articles.collection_id' }),
  author_user: one(users, { fields: [articles.author_user_id], references: [users.id], relationName: 'articles.author_user_id' }),
  article_translations: many(article_translations, { relationName: 'article_translations.article_id' }),
}));

export const article_translations_relations = relations(article_translations, ({ one }) => ({
  article: one(articles, { fields: [article_translations.article_id], references: [articles.id], relationName: 'article_translations.article_id' }),
  knowledge_base: one(knowledge_bases, { fields: [article_translations.knowledge_base_id], references: [knowledge_bases.id], relationName: 'article_translations.knowledge_base_id' }),
}));

export const macros_relations = relations(macros, ({ one }) => ({
  macro_group: one(macro_groups, { fields: [macros.macro_group_id], references: [macro_groups.id], relationName: 'macros.macro_group_id' }),
}));

export const macro_groups_relations = relations(macro_groups, ({ many }) => ({
  macros: many(macros, { relationName: 'macros.macro_group_id' }),
}));

export const surveys_relations = relations(surveys, ({ many }) => ({
  survey_responses: many(survey_responses, { relationName: 'survey_responses.survey_id' }),
}));

export const survey_responses_relations = relations(survey_responses, ({ one }) => ({
  survey: one(surveys, { fields: [survey_responses.survey_id], references: [surveys.id], relationName: 'survey_responses.survey_id' }),
  account: one(accounts, { fields: [survey_responses.account_id], references: [accounts.id], relationName: 'survey_responses.account_id' }),
  contact: one(contacts, { fields: [survey_responses.contact_id], references: [contacts.id], relationName: 'survey_responses.contact_id' }),
}));

export const audit_logs_relations = relations(audit_logs, ({ one }) => ({
  actor_user: one(users, { fields: [audit_logs.actor_user_id], references: [users.id], relationName: 'audit_logs.actor_user_id' }),
  actor_contact: one(contacts, { fields: [audit_logs.actor_contact_id], references: [contacts.id], relationName: 'audit_logs.actor_contact_id' }),
}));
