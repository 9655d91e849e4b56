/** The fields of each object as Pylon's API document names them (and `is_deactivated`, which it does not). */
export const DOCUMENTED: Readonly<Record<string, string>> = {
  organizations: 'id name user',
  users: 'avatar_url email emails id is_deactivated name role role_id status',
  user_roles: 'id name slug',
  teams: 'id name users',
  tags: 'hex_color id object_type value',
  custom_fields:
    'created_at default_value default_values description id is_read_only label number_metadata object_type select_metadata slug source type updated_at',
  issue_statuses: 'category is_archived is_default_status label slug',
  ticket_forms: 'description_html fields id is_public name slug url',
  accounts:
    'channels created_at crm_settings custom_fields domain domains external_ids id is_disabled latest_customer_activity_time name owner primary_domain tags type updated_at',
  contacts:
    'account avatar_url custom_fields email emails external_ids id integration_user_ids name phone_numbers portal_role portal_role_id primary_phone_number',
  issues:
    'account active_time_by_user active_time_seconds assignee attachment_urls author_unverified body_html business_hours_active_time_seconds business_hours_first_response_seconds business_hours_resolution_seconds business_hours_time_in_status_seconds chat_widget_info child_issues created_at csat_responses custom_fields customer_portal_visible external_issues first_response_breach_time first_response_seconds first_response_time id latest_message_time link number number_of_touches parent_issue_group requester resolution_breach_time resolution_seconds resolution_time slack snoozed_until_time source state tags team team_slas time_in_status_seconds title type updated_at',
  issue_messages: 'author email_info file_urls id is_private message_html source thread_id timestamp',
  issue_followers: 'id type',
  issue_threads: 'channel_id id issue_id name source thread_id',
  tasks:
    'account assignee body_html created_at custom_fields customer_portal_visible due_date id milestone parent_task_id project status subtask_ids title updated_at',
  task_comments: 'author body_html created_at id is_internal last_edited_at task_id updated_at',
  projects:
    'account archived_at created_at custom_fields customer_portal_visible description_html end_date id is_archived name owner_id project_template start_date updated_at',
  milestones: 'account created_at due_date id name project updated_at',
  knowledge_bases: 'default_language id slug supported_languages title',
  collections: 'created_at description icon id parent_collection_id slug title visibility_config',
  articles:
    'approval_info author_user_id collection_id created_at current_draft_content_html current_published_content_html id identifier is_published is_unlisted last_edited_at last_published_at slug tags title url visibility_config',
  article_translations:
    'approval_info author_user_id collection_id created_at current_draft_content_html current_published_content_html id identifier is_published is_unlisted last_edited_at last_published_at slug tags title url visibility_config',
  macros: 'actions created_at has_actions id macro_group_id name text_html text_type updated_at visibility',
  macro_groups: 'created_at id title updated_at',
  surveys: 'id name type updated_at',
  survey_responses: 'account_id answers contact_id id submitted_at',
  audit_logs:
    'action action_happened_at actor_contact_id actor_user_id attributes created_at id link metadata object_id object_type source',
};

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
