// Made from the descriptors in src/resources (npm run docs); a test compares it with them. Change those.

/** A column as Kysely knows one: what is read, what an INSERT takes, and what an UPDATE takes. */
interface Column<Select, Insert, Update> {
  readonly __select__: Select;
  readonly __insert__: Insert;
  readonly __update__: Update;
}

/** The Pylon workspace that this database mirrors: one row. */
export interface Organizations {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, never, never>;
  /** The user that the API token belongs to: users.id. */
  user_id: Column<string | null, never, never>;
  /** E-mail address of that user. */
  user_email: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** People who answer: the members of your support organization, those who left included. */
export interface Users {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** Their name. */
  name: Column<string | null, never, string>;
  /** E-mail address. */
  email: Column<string | null, never, never>;
  /** All e-mail addresses. */
  emails: Column<string[] | null, never, never>;
  /** Address of the picture. */
  avatar_url: Column<string | null, never, string>;
  /** Their role: user_roles.id. */
  role_id: Column<string | null, never, string>;
  /** Whether they take work now: active, away or out of office. */
  status: Column<string | null, never, string>;
  /** Whether they have left the workspace. */
  is_deactivated: Column<boolean | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** What users may do in Pylon, by role. */
export interface UserRoles {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, never, never>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Teams that issues are assigned to. */
export interface Teams {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, string, string>;
  /** Members: users.id of each. */
  user_ids: Column<string[] | null, string[] | null | undefined, string[] | null>;
  /** Members as Pylon sends them, with their e-mail addresses. */
  users: Column<unknown, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** The tags that Pylon knows, by kind of object. */
export interface Tags {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The tag itself. */
  value: Column<string | null, string, string>;
  /** What it can be given to: issue, account, article and so on. */
  object_type: Column<string | null, string, never>;
  /** Its colour, such as #12ab56. */
  hex_color: Column<string | null, string | null | undefined, string>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Definitions of custom fields: one row per kind of object and slug. */
export interface CustomFields {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What has the field: issue, account, contact, task, project and so on. */
  object_type: Column<string | null, string, never>;
  /** The key of the field among custom_fields of a row. */
  slug: Column<string | null, string | null | undefined, string>;
  /** What people see it called. */
  label: Column<string | null, string, string>;
  /** What it is, in words. */
  description: Column<string | null, string | null | undefined, string>;
  /** What its values are: text, number, decimal, boolean, date, datetime, user, url, select, multiselect. */
  type: Column<string | null, string, never>;
  /** Where it comes from: pylon, or the system it is copied from. */
  source: Column<string | null, never, never>;
  /** Whether its values come from another system and cannot be changed. */
  is_read_only: Column<boolean | null, never, never>;
  /** Value of new objects. */
  default_value: Column<string | null, string | null | undefined, string>;
  /** Values of new objects, of a field that has several. */
  default_values: Column<string[] | null, string[] | null | undefined, string[] | null>;
  /** The options of a select: {"options": [{"label", "slug"}]}. */
  select_metadata: Column<unknown, unknown, unknown>;
  /** How numbers are shown: currency, decimal places. */
  number_metadata: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** The states that an issue can be in, your own ones included. */
export interface IssueStatuses {
  /** The slug of the state. */
  id: Column<string, never, never>;
  /** The state as issues.state has it. */
  slug: Column<string | null, never, never>;
  /** What people see it called. */
  label: Column<string | null, never, never>;
  /** Pylon's category of the state. */
  category: Column<string | null, never, never>;
  /** Whether it was put away. */
  is_archived: Column<boolean | null, never, never>;
  /** Whether Pylon made it. */
  is_default_status: Column<boolean | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Forms by which customers open issues. */
export interface TicketForms {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, never, never>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, never, never>;
  /** What it is, as HTML. */
  description_html: Column<string | null, never, never>;
  /** Where customers find it. */
  url: Column<string | null, never, never>;
  /** Whether it can be used without signing in. */
  is_public: Column<boolean | null, never, never>;
  /** What it asks for, as Pylon sends it. */
  fields: Column<unknown, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Customers: companies that write to you, and partners or others that you keep as accounts. */
export interface Accounts {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, string, string>;
  /** Its kind: customer, partner, internal or your own kinds. */
  type: Column<string | null, string | null | undefined, string>;
  /** The user who is in charge: users.id; null where nobody is. */
  owner_id: Column<string | null, string | null | undefined, string | null>;
  /** E-mail address of the owner, as it came with the account. */
  owner_email: Column<string | null, never, never>;
  /** The main e-mail domain, as older clients know it. */
  domain: Column<string | null, never, never>;
  /** The main e-mail domain: one of domains. */
  primary_domain: Column<string | null, string | null | undefined, string | null>;
  /** All e-mail domains of the customer. */
  domains: Column<string[] | null, string[] | null | undefined, string[] | null>;
  /** Tags, by their names. */
  tags: Column<string[] | null, string[] | null | undefined, string[] | null>;
  /** Whether the account was switched off. */
  is_disabled: Column<boolean | null, never, boolean>;
  /** Chat channels that are linked: a list of {"channel_id", "source", …}. */
  channels: Column<unknown, unknown, unknown>;
  /** Ids in other systems: a list of {"external_id", "label"}. */
  external_ids: Column<unknown, unknown, unknown>;
  /** What it is linked with in a CRM, as Pylon sends it. */
  crm_settings: Column<unknown, never, never>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, unknown, unknown>;
  /** When the customer last did something. */
  latest_customer_activity_time: Column<Date | null, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Which accounts belong to which other: parents with their children, partners with their clients. */
export interface AccountRelationships {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The account on the child or client side, of which Pylon tells it: accounts.id. */
  account_id: Column<string | null, string, never>;
  /** parent_account or partner_account. */
  relationship_type: Column<string | null, string, never>;
  /** The parent or partner: accounts.id. */
  related_object_id: Column<string | null, string, never>;
  /** The account on the parent or partner side: accounts.id. */
  parent_account_id: Column<string | null, never, never>;
  /** The account on the child or client side: accounts.id. */
  child_account_id: Column<string | null, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Kinds of activities that your own systems report of accounts. */
export interface ActivityTypes {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, never, never>;
  /** What people see it called. */
  label: Column<string | null, never, never>;
  /** Address of the picture that is shown beside it. */
  icon_url: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** People at customers' who write to you. */
export interface Contacts {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** Their name. */
  name: Column<string | null, string, string>;
  /** E-mail address. */
  email: Column<string | null, string | null | undefined, string>;
  /** All e-mail addresses. */
  emails: Column<string[] | null, never, string[] | null>;
  /** The account they belong to: accounts.id. */
  account_id: Column<string | null, string | null | undefined, string | null>;
  /** Address of the picture. */
  avatar_url: Column<string | null, string | null | undefined, string>;
  /** What they may do in the customer portal: no_access, member or admin. */
  portal_role: Column<string | null, string | null | undefined, string>;
  /** The role behind that, by its id. */
  portal_role_id: Column<string | null, string | null | undefined, string>;
  /** The main phone number: one of phone_numbers. */
  primary_phone_number: Column<string | null, string | null | undefined, string>;
  /** Phone numbers, digits only. */
  phone_numbers: Column<string[] | null, string[] | null | undefined, string[] | null>;
  /** Ids in other systems: a list of {"external_id", "label"}. */
  external_ids: Column<unknown, unknown, unknown>;
  /** Who they are in Slack, Teams and so on: a list of {"id", "source"}. */
  integration_user_ids: Column<unknown, never, never>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, unknown, unknown>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Conversations and tickets: what customers asked, one row each. */
export interface Issues {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The number that people see. */
  number: Column<string | null, never, never>;
  /** What it is called. */
  title: Column<string | null, string, string>;
  /** Address of the page in Pylon. */
  link: Column<string | null, never, never>;
  /** The first message, as HTML. */
  body_html: Column<string | null, string, never>;
  /** Where it stands: new, waiting_on_you, waiting_on_customer, on_hold, closed, or a state of your own (issue_statuses.slug). */
  state: Column<string | null, never, string>;
  /** conversation or ticket. */
  type: Column<string | null, never, string>;
  /** Where it came from: slack, email, chat_widget, form and so on. */
  source: Column<string | null, never, never>;
  /** The account that asked: accounts.id. */
  account_id: Column<string | null, string | null | undefined, string | null>;
  /** The contact who asked: contacts.id. */
  requester_id: Column<string | null, string | null | undefined, string | null>;
  /** E-mail address of who asked, as it came with the issue. */
  requester_email: Column<string | null, string | null | undefined, never>;
  /** The user who works on it: users.id; null where nobody does. */
  assignee_id: Column<string | null, string | null | undefined, string | null>;
  /** E-mail address of that user, as it came with the issue. */
  assignee_email: Column<string | null, never, never>;
  /** The team it is assigned to: teams.id. */
  team_id: Column<string | null, string | null | undefined, string | null>;
  /** Tags, by their names. */
  tags: Column<string[] | null, string[] | null | undefined, string[] | null>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, unknown, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, Date | string | null | undefined, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the last message was written. */
  latest_message_time: Column<Date | null, never, never>;
  /** Until when it rests; null where it does not. */
  snoozed_until_time: Column<Date | null, never, never>;
  /** Whether customers see it in their portal. */
  customer_portal_visible: Column<boolean | null, boolean | null | undefined, boolean>;
  /** Whether nobody could verify who wrote it. */
  author_unverified: Column<boolean | null, boolean | null | undefined, never>;
  /** How many times your side answered. */
  number_of_touches: Column<string | null, never, never>;
  /** When your side first answered; null where it has not yet. */
  first_response_time: Column<Date | null, never, never>;
  /** Seconds from creation to the first answer. */
  first_response_seconds: Column<string | null, never, never>;
  /** The same, in seconds of your business hours. */
  business_hours_first_response_seconds: Column<string | null, never, never>;
  /** When the first answer is, or was, due by its SLA. */
  first_response_breach_time: Column<Date | null, never, never>;
  /** When it was resolved; null where it is open. */
  resolution_time: Column<Date | null, never, never>;
  /** Seconds from creation to resolution. */
  resolution_seconds: Column<string | null, never, never>;
  /** The same, in seconds of your business hours. */
  business_hours_resolution_seconds: Column<string | null, never, never>;
  /** When the resolution is, or was, due by its SLA. */
  resolution_breach_time: Column<Date | null, never, never>;
  /** Seconds spent in each state: state to seconds. Counts on in Pylon, and is as old as _synced_at here. */
  time_in_status_seconds: Column<unknown, never, never>;
  /** The same, in seconds of your business hours. */
  business_hours_time_in_status_seconds: Column<unknown, never, never>;
  /** Seconds that users spent on it. */
  active_time_seconds: Column<string | null, never, never>;
  /** The same, in seconds of your business hours. */
  business_hours_active_time_seconds: Column<string | null, never, never>;
  /** Seconds that each user spent on it, as Pylon sends them. */
  active_time_by_user: Column<unknown, never, never>;
  /** SLAs of teams that had it, as Pylon sends them. */
  team_slas: Column<unknown, never, never>;
  /** Ratings: a list of {"score", "comment", …}. */
  csat_responses: Column<unknown, never, never>;
  /** Issues in other trackers that are linked: a list of {"source", "external_id", "link"}. */
  external_issues: Column<unknown, never, never>;
  /** The issue that it is part of: issues.id. */
  parent_issue_id: Column<string | null, never, never>;
  /** The number of that issue. */
  parent_issue_number: Column<string | null, never, never>;
  /** Issues that are part of it, as Pylon sends them. */
  child_issues: Column<unknown, never, never>;
  /** Addresses of attached files; signed, and good for a while only. */
  attachment_urls: Column<string[] | null, string[] | null | undefined, never>;
  /** The Slack channel it came from. */
  slack_channel_id: Column<string | null, never, never>;
  /** The message in that channel. */
  slack_message_ts: Column<string | null, never, never>;
  /** The Slack workspace of that channel. */
  slack_workspace_id: Column<string | null, never, never>;
  /** The page on which the chat was opened. */
  chat_widget_page_url: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** What was written in issues, one row per message: customers' words, replies and internal notes. */
export interface IssueMessages {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The issue: issues.id. */
  issue_id: Column<string | null, never, never>;
  /** The internal thread it belongs to: issue_threads.id; null in the conversation itself. */
  thread_id: Column<string | null, never, never>;
  /** When it was written. */
  timestamp: Column<Date | null, never, never>;
  /** Where it was written: slack, email, chat_widget and so on. */
  source: Column<string | null, never, never>;
  /** Whether only your side sees it: an internal note. */
  is_private: Column<boolean | null, never, never>;
  /** What was written, as HTML. */
  message_html: Column<string | null, never, never>;
  /** Name of who wrote it. */
  author_name: Column<string | null, never, never>;
  /** Address of the picture of who wrote it. */
  author_avatar_url: Column<string | null, never, never>;
  /** The user who wrote it: users.id; null where a contact did. */
  author_user_id: Column<string | null, never, never>;
  /** E-mail address of the user who wrote it. */
  author_user_email: Column<string | null, never, never>;
  /** The contact who wrote it: contacts.id; null where a user did. */
  author_contact_id: Column<string | null, never, never>;
  /** E-mail address of the contact who wrote it. */
  author_contact_email: Column<string | null, never, never>;
  /** Sender and receivers of an e-mail, as Pylon sends them. */
  email_info: Column<unknown, never, never>;
  /** Addresses of attached files; signed, and good for a while only. */
  file_urls: Column<string[] | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Who follows which issue, one row per issue and person. */
export interface IssueFollowers {
  /** Made of issue, kind and person: <issue>:<type>:<id>. */
  id: Column<string, never, never>;
  /** The issue: issues.id. */
  issue_id: Column<string | null, never, never>;
  /** user or contact. */
  type: Column<string | null, never, never>;
  /** The user: users.id. */
  user_id: Column<string | null, never, never>;
  /** The contact: contacts.id. */
  contact_id: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Internal threads of issues. */
export interface IssueThreads {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The issue: issues.id. */
  issue_id: Column<string | null, never, never>;
  /** What it is called. */
  name: Column<string | null, never, never>;
  /** Where the thread is held: slack, pylon and so on. */
  source: Column<string | null, never, never>;
  /** The channel it is held in. */
  channel_id: Column<string | null, never, never>;
  /** Its number in that channel. */
  thread_id: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Calls of issues that came by phone, with their recordings and transcripts. */
export interface VoiceCalls {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The issue: issues.id. */
  issue_id: Column<string | null, never, never>;
  /** The number that called. */
  from_phone_number: Column<string | null, never, never>;
  /** The number that was called. */
  to_phone_number: Column<string | null, never, never>;
  /** How long the call took, in seconds. */
  duration_sec: Column<string | null, never, never>;
  /** Its recordings: a list of {"id", "download_url", "transcript_segments"}; the address is good for an hour. */
  recordings: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Things to do for a customer or a project. */
export interface Tasks {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  title: Column<string | null, string, string>;
  /** The text, as HTML. */
  body_html: Column<string | null, string | null | undefined, string>;
  /** not_started, in_progress or completed. */
  status: Column<string | null, string | null | undefined, string>;
  /** The account it is done for: accounts.id. */
  account_id: Column<string | null, string | null | undefined, never>;
  /** The project it is part of: projects.id. */
  project_id: Column<string | null, string | null | undefined, string>;
  /** The milestone it is part of: milestones.id. */
  milestone_id: Column<string | null, string | null | undefined, string>;
  /** The user who does it: users.id. */
  assignee_user_id: Column<string | null, string | null | undefined, string | null>;
  /** E-mail address of that user. */
  assignee_user_email: Column<string | null, never, never>;
  /** The contact who does it: contacts.id. */
  assignee_contact_id: Column<string | null, string | null | undefined, string | null>;
  /** E-mail address of that contact. */
  assignee_contact_email: Column<string | null, never, never>;
  /** The task that it is part of: tasks.id. */
  parent_task_id: Column<string | null, string | null | undefined, never>;
  /** Tasks that are part of it: tasks.id of each. */
  subtask_ids: Column<string[] | null, never, never>;
  /** When it is due; null where no date was set. */
  due_date: Column<Date | null, Date | string | null | undefined, Date | string>;
  /** Whether customers see it in their portal. */
  customer_portal_visible: Column<boolean | null, boolean | null | undefined, boolean>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, unknown, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Comments on tasks. */
export interface TaskComments {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The task: tasks.id. */
  task_id: Column<string | null, never, never>;
  /** The text, as HTML. */
  body_html: Column<string | null, never, never>;
  /** Whether only your side sees it. */
  is_internal: Column<boolean | null, never, never>;
  /** The user who wrote it: users.id; null where a contact did. */
  author_user_id: Column<string | null, never, never>;
  /** E-mail address of the user who wrote it. */
  author_user_email: Column<string | null, never, never>;
  /** The contact who wrote it: contacts.id; null where a user did. */
  author_contact_id: Column<string | null, never, never>;
  /** E-mail address of the contact who wrote it. */
  author_contact_email: Column<string | null, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When it was last edited. */
  last_edited_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Projects that are carried out for an account. */
export interface Projects {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, string, string>;
  /** What it is, as HTML. */
  description_html: Column<string | null, string | null | undefined, string>;
  /** The account it is carried out for: accounts.id. */
  account_id: Column<string | null, string, never>;
  /** The user who is in charge: users.id; null where nobody is. */
  owner_id: Column<string | null, string | null | undefined, string>;
  /** The template it was made from. */
  project_template_id: Column<string | null, string | null | undefined, never>;
  /** When it begins. */
  start_date: Column<Date | null, Date | string | null | undefined, Date | string>;
  /** When it is to end. */
  end_date: Column<Date | null, Date | string | null | undefined, Date | string>;
  /** Whether it was put away. */
  is_archived: Column<boolean | null, never, boolean>;
  /** When it was archived; null where it was not. */
  archived_at: Column<Date | null, never, never>;
  /** Whether customers see it in their portal. */
  customer_portal_visible: Column<boolean | null, boolean | null | undefined, boolean>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, never, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Stages of projects. */
export interface Milestones {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, string, string>;
  /** The account of the project: accounts.id. */
  account_id: Column<string | null, string | null | undefined, never>;
  /** The project it is part of: projects.id. */
  project_id: Column<string | null, string, never>;
  /** When it is due; null where no date was set. */
  due_date: Column<Date | null, Date | string | null | undefined, Date | string>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Recordings of calls and meetings that a recorder brought into Pylon. */
export interface CallRecordings {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  title: Column<string | null, never, never>;
  /** The account that the call was with: accounts.id; null where none was found. */
  account_id: Column<string | null, never, string | null>;
  /** The recorder: fathom, gong, grain, granola, custom_call_recorder and so on. */
  source: Column<string | null, never, never>;
  /** Its id in the recorder. */
  external_id: Column<string | null, never, never>;
  /** The event in the calendar that it was made at. */
  calendar_event_id: Column<string | null, never, never>;
  /** Address of the recording in the recorder. */
  url: Column<string | null, never, never>;
  /** What was talked about, in short. */
  summary: Column<string | null, never, never>;
  /** When the call began. */
  start_time: Column<Date | null, never, never>;
  /** When the call ended. */
  end_time: Column<Date | null, never, never>;
  /** How long the call took, in milliseconds. */
  duration_ms: Column<string | null, never, never>;
  /** E-mail addresses of who took part. */
  participant_emails: Column<string[] | null, never, never>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, never, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Objects of types that your workspace defines itself: those in PYLON_SYNC_CUSTOM_OBJECTS. */
export interface CustomObjects {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The slug of its type. */
  type: Column<string | null, string, never>;
  /** What it is called. */
  name: Column<string | null, string, string>;
  /** Values of its fields: slug to text, or to a list of texts; account is the account that it is related to. */
  custom_fields: Column<unknown, unknown, unknown>;
  /** What it is related to, as Pylon sends it: a list of {"object_type", "object_id"}. */
  relations: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Features that customers ask for. */
export interface FeatureRequests {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  title: Column<string | null, string, never>;
  /** What it is, in words. */
  description: Column<string | null, string | null | undefined, never>;
  /** new, in_progress, closed, archived or a status of your own. */
  request_status: Column<string | null, never, string>;
  /** How many issues, calls and the like ask for it. */
  evidence_count: Column<string | null, never, never>;
  /** The accounts that ask for it: accounts.id, several. */
  account_ids: Column<string[] | null, never, never>;
  /** The accounts that see it in their portal: accounts.id, several. */
  portal_visible_to_account_ids: Column<string[] | null, never, never>;
  /** Values of custom fields: slug to text, or to a list of texts. */
  custom_fields: Column<unknown, never, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** What supports a feature request: issues, calls and the like in which customers asked for it. */
export interface FeatureRequestEvidence {
  /** Made of feature request, kind and source: <feature request>:<source type>:<source>. */
  id: Column<string, never, never>;
  /** The feature request: feature_requests.id. */
  feature_request_id: Column<string | null, never, never>;
  /** issue, call_recording, survey_response, manual and so on. */
  source_type: Column<string | null, never, never>;
  /** The issue, where it is one: issues.id. */
  source_id: Column<string | null, never, never>;
  /** The account that asked: accounts.id; null where none is known. */
  account_id: Column<string | null, never, never>;
  /** Address of the recording, where it is a call. */
  external_url: Column<string | null, never, never>;
  /** Why it supports the request, as Pylon sums it up. */
  summary: Column<string | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Collections of help articles as customers see them, one row per site. */
export interface KnowledgeBases {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  title: Column<string | null, never, never>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, never, never>;
  /** Language of the articles themselves. */
  default_language: Column<string | null, never, never>;
  /** Languages that its articles can be had in. */
  supported_languages: Column<string[] | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Folders of articles in a knowledge base. */
export interface Collections {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The knowledge base: knowledge_bases.id. */
  knowledge_base_id: Column<string | null, string, never>;
  /** The folder it is in: collections.id; null at the top. */
  parent_collection_id: Column<string | null, string | null | undefined, never>;
  /** What it is called. */
  title: Column<string | null, string, string>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, string | null | undefined, string>;
  /** What it is, in words. */
  description: Column<string | null, string | null | undefined, string>;
  /** The picture before its name. */
  icon: Column<string | null, never, never>;
  /** Who can see it, as Pylon sends it. */
  visibility_config: Column<unknown, never, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Help articles, in the language that their knowledge base has by default. */
export interface Articles {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The knowledge base: knowledge_bases.id. */
  knowledge_base_id: Column<string | null, string, never>;
  /** The folder it is in: collections.id; null at the top. */
  collection_id: Column<string | null, string | null | undefined, never>;
  /** The user who wrote it: users.id; null where a contact did. */
  author_user_id: Column<string | null, string, never>;
  /** What it is called. */
  title: Column<string | null, string, string>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, string | null | undefined, never>;
  /** The number in the address of the article. */
  identifier: Column<string | null, never, never>;
  /** Address of its page. */
  url: Column<string | null, never, never>;
  /** Whether readers can see it. */
  is_published: Column<boolean | null, boolean | null | undefined, boolean>;
  /** Whether it is left out of lists, and found by its address only. */
  is_unlisted: Column<boolean | null, boolean | null | undefined, boolean>;
  /** The text that is being worked on, as HTML. */
  current_draft_content_html: Column<string | null, string, string>;
  /** The text that readers see, as HTML; null where nothing is published. */
  current_published_content_html: Column<string | null, never, never>;
  /** Where its review stands, as Pylon sends it. */
  approval_info: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When it was last edited. */
  last_edited_at: Column<Date | null, never, never>;
  /** When it was last published; null where it never was. */
  last_published_at: Column<Date | null, never, never>;
  /** Tags: tags.id of each. */
  tag_ids: Column<string[] | null, never, string[] | null>;
  /** Tags as Pylon sends them. */
  tags: Column<unknown, never, never>;
  /** Who can see it, as Pylon sends it. */
  visibility_config: Column<unknown, unknown, unknown>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Help articles in further languages, one row per article and language. */
export interface ArticleTranslations {
  /** Made of article and language: <article>:<language>. */
  id: Column<string, never, never>;
  /** The article: articles.id. */
  article_id: Column<string | null, never, never>;
  /** Language of the text, such as de. */
  language: Column<string | null, never, never>;
  /** The knowledge base: knowledge_bases.id. */
  knowledge_base_id: Column<string | null, never, never>;
  /** What it is called. */
  title: Column<string | null, never, never>;
  /** Its name in the API and in addresses. */
  slug: Column<string | null, never, never>;
  /** The number in the address of the article. */
  identifier: Column<string | null, never, never>;
  /** Address of its page. */
  url: Column<string | null, never, never>;
  /** Whether readers can see it. */
  is_published: Column<boolean | null, never, never>;
  /** Whether it is left out of lists, and found by its address only. */
  is_unlisted: Column<boolean | null, never, never>;
  /** The text that is being worked on, as HTML. */
  current_draft_content_html: Column<string | null, never, never>;
  /** The text that readers see, as HTML; null where nothing is published. */
  current_published_content_html: Column<string | null, never, never>;
  /** Where its review stands, as Pylon sends it. */
  approval_info: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When it was last edited. */
  last_edited_at: Column<Date | null, never, never>;
  /** When it was last published; null where it never was. */
  last_published_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Prepared texts and actions for issues. */
export interface Macros {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The folder it is in: macro_groups.id. */
  macro_group_id: Column<string | null, string, string>;
  /** What it is called. */
  name: Column<string | null, string, string>;
  /** The prepared text, as HTML. */
  text_html: Column<string | null, string, string>;
  /** Whether the text is a reply or a note. */
  text_type: Column<string | null, string | null | undefined, string>;
  /** Whether it does something besides. */
  has_actions: Column<boolean | null, never, never>;
  /** What it does besides, as Pylon sends it. */
  actions: Column<unknown, never, never>;
  /** Who can use it, as Pylon sends it. */
  visibility: Column<unknown, unknown, unknown>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Folders of macros. */
export interface MacroGroups {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  title: Column<string | null, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Surveys that customers are asked to answer. */
export interface Surveys {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, never, never>;
  /** What it asks: csat and so on. */
  type: Column<string | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** Answers to surveys, one row per answer. */
export interface SurveyResponses {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** The survey: surveys.id. */
  survey_id: Column<string | null, never, never>;
  /** The account of who answered: accounts.id. */
  account_id: Column<string | null, never, never>;
  /** Who answered: contacts.id. */
  contact_id: Column<string | null, never, never>;
  /** The answers, as Pylon sends them. */
  answers: Column<unknown, never, never>;
  /** When it was answered. */
  submitted_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** What was done in Pylon, by whom, as far as its plan records that. */
export interface AuditLogs {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What was done. */
  action: Column<string | null, never, never>;
  /** When it was done. */
  action_happened_at: Column<Date | null, never, never>;
  /** The user who did it: users.id. */
  actor_user_id: Column<string | null, never, never>;
  /** The contact who did it: contacts.id. */
  actor_contact_id: Column<string | null, never, never>;
  /** What it was done to. */
  object_type: Column<string | null, never, never>;
  /** The id of what it was done to. */
  object_id: Column<string | null, never, never>;
  /** By which way it was done. */
  source: Column<string | null, never, never>;
  /** Address of the page in Pylon. */
  link: Column<string | null, never, never>;
  /** What changed, as Pylon sends it. */
  attributes: Column<unknown, never, never>;
  /** From where it was done, as Pylon sends it. */
  metadata: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** What AI agents learn from besides the knowledge base: websites and collections of documents. */
export interface TrainingData {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** What it is called. */
  name: Column<string | null, string, never>;
  /** Its kind. */
  type: Column<string | null, never, never>;
  /** Whom it serves: everyone, user_only or ai_agent_only. */
  visibility: Column<string | null, string | null | undefined, never>;
  /** Whether searches of the knowledge base leave it out. */
  exclude_from_kb_search: Column<boolean | null, never, never>;
  /** Its documents: a list of {"id", "file_name", "file_type", "file_size", …}. */
  documents: Column<unknown, never, never>;
  /** How far a website was read: {"status", "pages_scraped", "total_pages", "last_scraped_at"}. */
  scrape_status: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When Pylon last counted it as changed. */
  updated_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** E-mail addresses that Pylon sends nothing to, since mail to them bounced or was complained about. */
export interface EmailSuppressions {
  /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
  id: Column<string, never, never>;
  /** E-mail address. */
  email: Column<string | null, never, never>;
  /** Why nothing is sent. */
  reason: Column<string | null, never, never>;
  /** What the other mail server answered, as Pylon sends it. */
  bounce_details: Column<unknown, never, never>;
  /** When it was created in Pylon. */
  created_at: Column<Date | null, never, never>;
  /** When the content of this row last changed here. */
  _synced_at: Column<Date, never, never>;
  /** When the record was found to be gone from Pylon; null while it lives. */
  _deleted_at: Column<Date | null, never, never>;
  /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
  _extra: Column<unknown, never, never>;
  /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
  _hash: Column<string, never, never>;
  /** Place of the answer that this row came with, in the order of requests. */
  _order: Column<string, never, never>;
}

/** For `new Kysely<Database>(…)`: the tables of schema pylon. */
export interface Database {
  'pylon.organizations': Organizations;
  'pylon.users': Users;
  'pylon.user_roles': UserRoles;
  'pylon.teams': Teams;
  'pylon.tags': Tags;
  'pylon.custom_fields': CustomFields;
  'pylon.issue_statuses': IssueStatuses;
  'pylon.ticket_forms': TicketForms;
  'pylon.accounts': Accounts;
  'pylon.account_relationships': AccountRelationships;
  'pylon.activity_types': ActivityTypes;
  'pylon.contacts': Contacts;
  'pylon.issues': Issues;
  'pylon.issue_messages': IssueMessages;
  'pylon.issue_followers': IssueFollowers;
  'pylon.issue_threads': IssueThreads;
  'pylon.voice_calls': VoiceCalls;
  'pylon.tasks': Tasks;
  'pylon.task_comments': TaskComments;
  'pylon.projects': Projects;
  'pylon.milestones': Milestones;
  'pylon.call_recordings': CallRecordings;
  'pylon.custom_objects': CustomObjects;
  'pylon.feature_requests': FeatureRequests;
  'pylon.feature_request_evidence': FeatureRequestEvidence;
  'pylon.knowledge_bases': KnowledgeBases;
  'pylon.collections': Collections;
  'pylon.articles': Articles;
  'pylon.article_translations': ArticleTranslations;
  'pylon.macros': Macros;
  'pylon.macro_groups': MacroGroups;
  'pylon.surveys': Surveys;
  'pylon.survey_responses': SurveyResponses;
  'pylon.audit_logs': AuditLogs;
  'pylon.training_data': TrainingData;
  'pylon.email_suppressions': EmailSuppressions;
}

/** The same under their own names, for `db.withSchema('pylon')`. */
export interface Pylon {
  organizations: Organizations;
  users: Users;
  user_roles: UserRoles;
  teams: Teams;
  tags: Tags;
  custom_fields: CustomFields;
  issue_statuses: IssueStatuses;
  ticket_forms: TicketForms;
  accounts: Accounts;
  account_relationships: AccountRelationships;
  activity_types: ActivityTypes;
  contacts: Contacts;
  issues: Issues;
  issue_messages: IssueMessages;
  issue_followers: IssueFollowers;
  issue_threads: IssueThreads;
  voice_calls: VoiceCalls;
  tasks: Tasks;
  task_comments: TaskComments;
  projects: Projects;
  milestones: Milestones;
  call_recordings: CallRecordings;
  custom_objects: CustomObjects;
  feature_requests: FeatureRequests;
  feature_request_evidence: FeatureRequestEvidence;
  knowledge_bases: KnowledgeBases;
  collections: Collections;
  articles: Articles;
  article_translations: ArticleTranslations;
  macros: Macros;
  macro_groups: MacroGroups;
  surveys: Surveys;
  survey_responses: SurveyResponses;
  audit_logs: AuditLogs;
  training_data: TrainingData;
  email_suppressions: EmailSuppressions;
}
