// Made from the descriptors in src/resources (npm run docs); a test compares it with them. Change those.
import type { Column as DrizzleColumn, ColumnDataType, Many, One, Relations } from 'drizzle-orm';
import type { PgColumn, PgSchema, PgTableWithColumns } from 'drizzle-orm/pg-core';

export type * from './kysely.js';

/** What Drizzle knows about each kind of column. */
interface Kinds {
  text: Kind<'string', 'PgText', string, string, [string, ...string[]]>;
  texts: Kind<'array', 'PgArray', string[], string | string[], [string, ...string[]]>;
  instant: Kind<'string', 'PgTimestampString', string, string>;
  whole: Kind<'number', 'PgBigInt53', number, string | number>;
  big: Kind<'bigint', 'PgBigInt64', bigint, string>;
  truth: Kind<'boolean', 'PgBoolean', boolean, boolean>;
  json: Kind<'json', 'PgJsonb', unknown, unknown>;
}

interface Kind<DataType extends ColumnDataType, ColumnType extends string, Data, Sent, Values = undefined> {
  dataType: DataType;
  columnType: ColumnType;
  data: Data;
  driverParam: Sent;
  enumValues: Values;
}

type Traits = 'key' | 'not null' | 'default';

type Column<
  Table extends string,
  Name extends string,
  Of extends keyof Kinds,
  Trait extends Traits = never,
> = PgColumn<
  {
    name: Name;
    tableName: Table;
    dataType: Kinds[Of]['dataType'];
    columnType: Kinds[Of]['columnType'];
    data: Kinds[Of]['data'];
    driverParam: Kinds[Of]['driverParam'];
    notNull: 'not null' extends Trait ? true : false;
    hasDefault: 'default' extends Trait ? true : false;
    isPrimaryKey: 'key' extends Trait ? true : false;
    isAutoincrement: false;
    hasRuntimeDefault: false;
    enumValues: Kinds[Of]['enumValues'];
    baseColumn: Of extends 'texts' ? DrizzleColumn : never;
    identity: undefined;
    generated: undefined;
  },
  {},
  {}
>;

type Table<Name extends string, Columns extends Record<string, PgColumn>> = PgTableWithColumns<{
  name: Name;
  schema: 'pylon';
  columns: Columns;
  dialect: 'pg';
}>;

export declare const pylon: PgSchema<'pylon'>;

/** The Pylon workspace that this database mirrors: one row. */
export declare const organizations: Table<
  'organizations',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'organizations', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    name: Column<'organizations', 'name', 'text'>;
    /** The user that the API token belongs to: users.id. */
    user_id: Column<'organizations', 'user_id', 'text'>;
    /** E-mail address of that user. */
    user_email: Column<'organizations', 'user_email', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'organizations', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'organizations', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'organizations', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'organizations', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'organizations', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** People who answer: the members of your support organization, those who left included. */
export declare const users: Table<
  'users',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'users', 'id', 'text', 'key' | 'not null'>;
    /** Their name. */
    name: Column<'users', 'name', 'text'>;
    /** E-mail address. */
    email: Column<'users', 'email', 'text'>;
    /** All e-mail addresses. */
    emails: Column<'users', 'emails', 'texts'>;
    /** Address of the picture. */
    avatar_url: Column<'users', 'avatar_url', 'text'>;
    /** Their role: user_roles.id. */
    role_id: Column<'users', 'role_id', 'text'>;
    /** Whether they take work now: active, away or out of office. */
    status: Column<'users', 'status', 'text'>;
    /** Whether they have left the workspace. */
    is_deactivated: Column<'users', 'is_deactivated', 'truth'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'users', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'users', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'users', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'users', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'users', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** What users may do in Pylon, by role. */
export declare const user_roles: Table<
  'user_roles',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'user_roles', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    name: Column<'user_roles', 'name', 'text'>;
    /** Its name in the API and in addresses. */
    slug: Column<'user_roles', 'slug', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'user_roles', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'user_roles', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'user_roles', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'user_roles', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'user_roles', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Teams that issues are assigned to. */
export declare const teams: Table<
  'teams',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'teams', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    name: Column<'teams', 'name', 'text'>;
    /** Members: users.id of each. */
    user_ids: Column<'teams', 'user_ids', 'texts'>;
    /** Members as Pylon sends them, with their e-mail addresses. */
    users: Column<'teams', 'users', 'json'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'teams', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'teams', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'teams', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'teams', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'teams', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** The tags that Pylon knows, by kind of object. */
export declare const tags: Table<
  'tags',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'tags', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The tag itself. */
    value: Column<'tags', 'value', 'text'>;
    /** What it can be given to: issue, account, article and so on. */
    object_type: Column<'tags', 'object_type', 'text'>;
    /** Its colour, such as #12ab56. */
    hex_color: Column<'tags', 'hex_color', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'tags', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'tags', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'tags', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'tags', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'tags', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Definitions of custom fields: one row per kind of object and slug. */
export declare const custom_fields: Table<
  'custom_fields',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'custom_fields', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What has the field: issue, account, contact, task, project and so on. */
    object_type: Column<'custom_fields', 'object_type', 'text'>;
    /** The key of the field among custom_fields of a row. */
    slug: Column<'custom_fields', 'slug', 'text'>;
    /** What people see it called. */
    label: Column<'custom_fields', 'label', 'text'>;
    /** What it is, in words. */
    description: Column<'custom_fields', 'description', 'text'>;
    /** What its values are: text, number, decimal, boolean, date, datetime, user, url, select, multiselect. */
    type: Column<'custom_fields', 'type', 'text'>;
    /** Where it comes from: pylon, or the system it is copied from. */
    source: Column<'custom_fields', 'source', 'text'>;
    /** Whether its values come from another system and cannot be changed. */
    is_read_only: Column<'custom_fields', 'is_read_only', 'truth'>;
    /** Value of new objects. */
    default_value: Column<'custom_fields', 'default_value', 'text'>;
    /** Values of new objects, of a field that has several. */
    default_values: Column<'custom_fields', 'default_values', 'texts'>;
    /** The options of a select: {"options": [{"label", "slug"}]}. */
    select_metadata: Column<'custom_fields', 'select_metadata', 'json'>;
    /** How numbers are shown: currency, decimal places. */
    number_metadata: Column<'custom_fields', 'number_metadata', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'custom_fields', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'custom_fields', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'custom_fields', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'custom_fields', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'custom_fields', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'custom_fields', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'custom_fields', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** The states that an issue can be in, your own ones included. */
export declare const issue_statuses: Table<
  'issue_statuses',
  {
    /** The slug of the state. */
    id: Column<'issue_statuses', 'id', 'text', 'key' | 'not null'>;
    /** The state as issues.state has it. */
    slug: Column<'issue_statuses', 'slug', 'text'>;
    /** What people see it called. */
    label: Column<'issue_statuses', 'label', 'text'>;
    /** Pylon's category of the state. */
    category: Column<'issue_statuses', 'category', 'text'>;
    /** Whether it was put away. */
    is_archived: Column<'issue_statuses', 'is_archived', 'truth'>;
    /** Whether Pylon made it. */
    is_default_status: Column<'issue_statuses', 'is_default_status', 'truth'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'issue_statuses', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'issue_statuses', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'issue_statuses', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'issue_statuses', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'issue_statuses', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Forms by which customers open issues. */
export declare const ticket_forms: Table<
  'ticket_forms',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'ticket_forms', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    name: Column<'ticket_forms', 'name', 'text'>;
    /** Its name in the API and in addresses. */
    slug: Column<'ticket_forms', 'slug', 'text'>;
    /** What it is, as HTML. */
    description_html: Column<'ticket_forms', 'description_html', 'text'>;
    /** Where customers find it. */
    url: Column<'ticket_forms', 'url', 'text'>;
    /** Whether it can be used without signing in. */
    is_public: Column<'ticket_forms', 'is_public', 'truth'>;
    /** What it asks for, as Pylon sends it. */
    fields: Column<'ticket_forms', 'fields', 'json'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'ticket_forms', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'ticket_forms', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'ticket_forms', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'ticket_forms', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'ticket_forms', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Customers: companies that write to you, and partners or others that you keep as accounts. */
export declare const accounts: Table<
  'accounts',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'accounts', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    name: Column<'accounts', 'name', 'text'>;
    /** Its kind: customer, partner, internal or your own kinds. */
    type: Column<'accounts', 'type', 'text'>;
    /** The user who is in charge: users.id; null where nobody is. */
    owner_id: Column<'accounts', 'owner_id', 'text'>;
    /** E-mail address of the owner, as it came with the account. */
    owner_email: Column<'accounts', 'owner_email', 'text'>;
    /** The main e-mail domain, as older clients know it. */
    domain: Column<'accounts', 'domain', 'text'>;
    /** The main e-mail domain: one of domains. */
    primary_domain: Column<'accounts', 'primary_domain', 'text'>;
    /** All e-mail domains of the customer. */
    domains: Column<'accounts', 'domains', 'texts'>;
    /** Tags, by their names. */
    tags: Column<'accounts', 'tags', 'texts'>;
    /** Whether the account was switched off. */
    is_disabled: Column<'accounts', 'is_disabled', 'truth'>;
    /** Chat channels that are linked: a list of {"channel_id", "source", …}. */
    channels: Column<'accounts', 'channels', 'json'>;
    /** Ids in other systems: a list of {"external_id", "label"}. */
    external_ids: Column<'accounts', 'external_ids', 'json'>;
    /** What it is linked with in a CRM, as Pylon sends it. */
    crm_settings: Column<'accounts', 'crm_settings', 'json'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'accounts', 'custom_fields', 'json'>;
    /** When the customer last did something. */
    latest_customer_activity_time: Column<'accounts', 'latest_customer_activity_time', 'instant'>;
    /** When it was created in Pylon. */
    created_at: Column<'accounts', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'accounts', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'accounts', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'accounts', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'accounts', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'accounts', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'accounts', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Which accounts belong to which other: parents with their children, partners with their clients. */
export declare const account_relationships: Table<
  'account_relationships',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'account_relationships', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The account on the child or client side, of which Pylon tells it: accounts.id. */
    account_id: Column<'account_relationships', 'account_id', 'text'>;
    /** parent_account or partner_account. */
    relationship_type: Column<'account_relationships', 'relationship_type', 'text'>;
    /** The parent or partner: accounts.id. */
    related_object_id: Column<'account_relationships', 'related_object_id', 'text'>;
    /** The account on the parent or partner side: accounts.id. */
    parent_account_id: Column<'account_relationships', 'parent_account_id', 'text'>;
    /** The account on the child or client side: accounts.id. */
    child_account_id: Column<'account_relationships', 'child_account_id', 'text'>;
    /** When it was created in Pylon. */
    created_at: Column<'account_relationships', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'account_relationships', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'account_relationships', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'account_relationships', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'account_relationships', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'account_relationships', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'account_relationships', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Kinds of activities that your own systems report of accounts. */
export declare const activity_types: Table<
  'activity_types',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'activity_types', 'id', 'text', 'key' | 'not null'>;
    /** Its name in the API and in addresses. */
    slug: Column<'activity_types', 'slug', 'text'>;
    /** What people see it called. */
    label: Column<'activity_types', 'label', 'text'>;
    /** Address of the picture that is shown beside it. */
    icon_url: Column<'activity_types', 'icon_url', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'activity_types', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'activity_types', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'activity_types', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'activity_types', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'activity_types', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** People at customers' who write to you. */
export declare const contacts: Table<
  'contacts',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'contacts', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** Their name. */
    name: Column<'contacts', 'name', 'text'>;
    /** E-mail address. */
    email: Column<'contacts', 'email', 'text'>;
    /** All e-mail addresses. */
    emails: Column<'contacts', 'emails', 'texts'>;
    /** The account they belong to: accounts.id. */
    account_id: Column<'contacts', 'account_id', 'text'>;
    /** Address of the picture. */
    avatar_url: Column<'contacts', 'avatar_url', 'text'>;
    /** What they may do in the customer portal: no_access, member or admin. */
    portal_role: Column<'contacts', 'portal_role', 'text'>;
    /** The role behind that, by its id. */
    portal_role_id: Column<'contacts', 'portal_role_id', 'text'>;
    /** The main phone number: one of phone_numbers. */
    primary_phone_number: Column<'contacts', 'primary_phone_number', 'text'>;
    /** Phone numbers, digits only. */
    phone_numbers: Column<'contacts', 'phone_numbers', 'texts'>;
    /** Ids in other systems: a list of {"external_id", "label"}. */
    external_ids: Column<'contacts', 'external_ids', 'json'>;
    /** Who they are in Slack, Teams and so on: a list of {"id", "source"}. */
    integration_user_ids: Column<'contacts', 'integration_user_ids', 'json'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'contacts', 'custom_fields', 'json'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'contacts', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'contacts', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'contacts', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'contacts', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'contacts', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Conversations and tickets: what customers asked, one row each. */
export declare const issues: Table<
  'issues',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'issues', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The number that people see. */
    number: Column<'issues', 'number', 'whole'>;
    /** What it is called. */
    title: Column<'issues', 'title', 'text'>;
    /** Address of the page in Pylon. */
    link: Column<'issues', 'link', 'text'>;
    /** The first message, as HTML. */
    body_html: Column<'issues', 'body_html', 'text'>;
    /** Where it stands: new, waiting_on_you, waiting_on_customer, on_hold, closed, or a state of your own (issue_statuses.slug). */
    state: Column<'issues', 'state', 'text'>;
    /** conversation or ticket. */
    type: Column<'issues', 'type', 'text'>;
    /** Where it came from: slack, email, chat_widget, form and so on. */
    source: Column<'issues', 'source', 'text'>;
    /** The account that asked: accounts.id. */
    account_id: Column<'issues', 'account_id', 'text'>;
    /** The contact who asked: contacts.id. */
    requester_id: Column<'issues', 'requester_id', 'text'>;
    /** E-mail address of who asked, as it came with the issue. */
    requester_email: Column<'issues', 'requester_email', 'text'>;
    /** The user who works on it: users.id; null where nobody does. */
    assignee_id: Column<'issues', 'assignee_id', 'text'>;
    /** E-mail address of that user, as it came with the issue. */
    assignee_email: Column<'issues', 'assignee_email', 'text'>;
    /** The team it is assigned to: teams.id. */
    team_id: Column<'issues', 'team_id', 'text'>;
    /** Tags, by their names. */
    tags: Column<'issues', 'tags', 'texts'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'issues', 'custom_fields', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'issues', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'issues', 'updated_at', 'instant'>;
    /** When the last message was written. */
    latest_message_time: Column<'issues', 'latest_message_time', 'instant'>;
    /** Until when it rests; null where it does not. */
    snoozed_until_time: Column<'issues', 'snoozed_until_time', 'instant'>;
    /** Whether customers see it in their portal. */
    customer_portal_visible: Column<'issues', 'customer_portal_visible', 'truth'>;
    /** Whether nobody could verify who wrote it. */
    author_unverified: Column<'issues', 'author_unverified', 'truth'>;
    /** How many times your side answered. */
    number_of_touches: Column<'issues', 'number_of_touches', 'whole'>;
    /** When your side first answered; null where it has not yet. */
    first_response_time: Column<'issues', 'first_response_time', 'instant'>;
    /** Seconds from creation to the first answer. */
    first_response_seconds: Column<'issues', 'first_response_seconds', 'whole'>;
    /** The same, in seconds of your business hours. */
    business_hours_first_response_seconds: Column<'issues', 'business_hours_first_response_seconds', 'whole'>;
    /** When the first answer is, or was, due by its SLA. */
    first_response_breach_time: Column<'issues', 'first_response_breach_time', 'instant'>;
    /** When it was resolved; null where it is open. */
    resolution_time: Column<'issues', 'resolution_time', 'instant'>;
    /** Seconds from creation to resolution. */
    resolution_seconds: Column<'issues', 'resolution_seconds', 'whole'>;
    /** The same, in seconds of your business hours. */
    business_hours_resolution_seconds: Column<'issues', 'business_hours_resolution_seconds', 'whole'>;
    /** When the resolution is, or was, due by its SLA. */
    resolution_breach_time: Column<'issues', 'resolution_breach_time', 'instant'>;
    /** Seconds spent in each state: state to seconds. Counts on in Pylon, and is as old as _synced_at here. */
    time_in_status_seconds: Column<'issues', 'time_in_status_seconds', 'json'>;
    /** The same, in seconds of your business hours. */
    business_hours_time_in_status_seconds: Column<'issues', 'business_hours_time_in_status_seconds', 'json'>;
    /** Seconds that users spent on it. */
    active_time_seconds: Column<'issues', 'active_time_seconds', 'whole'>;
    /** The same, in seconds of your business hours. */
    business_hours_active_time_seconds: Column<'issues', 'business_hours_active_time_seconds', 'whole'>;
    /** Seconds that each user spent on it, as Pylon sends them. */
    active_time_by_user: Column<'issues', 'active_time_by_user', 'json'>;
    /** SLAs of teams that had it, as Pylon sends them. */
    team_slas: Column<'issues', 'team_slas', 'json'>;
    /** Ratings: a list of {"score", "comment", …}. */
    csat_responses: Column<'issues', 'csat_responses', 'json'>;
    /** Issues in other trackers that are linked: a list of {"source", "external_id", "link"}. */
    external_issues: Column<'issues', 'external_issues', 'json'>;
    /** The issue that it is part of: issues.id. */
    parent_issue_id: Column<'issues', 'parent_issue_id', 'text'>;
    /** The number of that issue. */
    parent_issue_number: Column<'issues', 'parent_issue_number', 'whole'>;
    /** Issues that are part of it, as Pylon sends them. */
    child_issues: Column<'issues', 'child_issues', 'json'>;
    /** Addresses of attached files; signed, and good for a while only. */
    attachment_urls: Column<'issues', 'attachment_urls', 'texts'>;
    /** The Slack channel it came from. */
    slack_channel_id: Column<'issues', 'slack_channel_id', 'text'>;
    /** The message in that channel. */
    slack_message_ts: Column<'issues', 'slack_message_ts', 'text'>;
    /** The Slack workspace of that channel. */
    slack_workspace_id: Column<'issues', 'slack_workspace_id', 'text'>;
    /** The page on which the chat was opened. */
    chat_widget_page_url: Column<'issues', 'chat_widget_page_url', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'issues', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'issues', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'issues', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'issues', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'issues', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** What was written in issues, one row per message: customers' words, replies and internal notes. */
export declare const issue_messages: Table<
  'issue_messages',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'issue_messages', 'id', 'text', 'key' | 'not null'>;
    /** The issue: issues.id. */
    issue_id: Column<'issue_messages', 'issue_id', 'text'>;
    /** The internal thread it belongs to: issue_threads.id; null in the conversation itself. */
    thread_id: Column<'issue_messages', 'thread_id', 'text'>;
    /** When it was written. */
    timestamp: Column<'issue_messages', 'timestamp', 'instant'>;
    /** Where it was written: slack, email, chat_widget and so on. */
    source: Column<'issue_messages', 'source', 'text'>;
    /** Whether only your side sees it: an internal note. */
    is_private: Column<'issue_messages', 'is_private', 'truth'>;
    /** What was written, as HTML. */
    message_html: Column<'issue_messages', 'message_html', 'text'>;
    /** Name of who wrote it. */
    author_name: Column<'issue_messages', 'author_name', 'text'>;
    /** Address of the picture of who wrote it. */
    author_avatar_url: Column<'issue_messages', 'author_avatar_url', 'text'>;
    /** The user who wrote it: users.id; null where a contact did. */
    author_user_id: Column<'issue_messages', 'author_user_id', 'text'>;
    /** E-mail address of the user who wrote it. */
    author_user_email: Column<'issue_messages', 'author_user_email', 'text'>;
    /** The contact who wrote it: contacts.id; null where a user did. */
    author_contact_id: Column<'issue_messages', 'author_contact_id', 'text'>;
    /** E-mail address of the contact who wrote it. */
    author_contact_email: Column<'issue_messages', 'author_contact_email', 'text'>;
    /** Sender and receivers of an e-mail, as Pylon sends them. */
    email_info: Column<'issue_messages', 'email_info', 'json'>;
    /** Addresses of attached files; signed, and good for a while only. */
    file_urls: Column<'issue_messages', 'file_urls', 'texts'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'issue_messages', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'issue_messages', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'issue_messages', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'issue_messages', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'issue_messages', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Who follows which issue, one row per issue and person. */
export declare const issue_followers: Table<
  'issue_followers',
  {
    /** Made of issue, kind and person: <issue>:<type>:<id>. */
    id: Column<'issue_followers', 'id', 'text', 'key' | 'not null'>;
    /** The issue: issues.id. */
    issue_id: Column<'issue_followers', 'issue_id', 'text'>;
    /** user or contact. */
    type: Column<'issue_followers', 'type', 'text'>;
    /** The user: users.id. */
    user_id: Column<'issue_followers', 'user_id', 'text'>;
    /** The contact: contacts.id. */
    contact_id: Column<'issue_followers', 'contact_id', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'issue_followers', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'issue_followers', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'issue_followers', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'issue_followers', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'issue_followers', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Internal threads of issues. */
export declare const issue_threads: Table<
  'issue_threads',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'issue_threads', 'id', 'text', 'key' | 'not null'>;
    /** The issue: issues.id. */
    issue_id: Column<'issue_threads', 'issue_id', 'text'>;
    /** What it is called. */
    name: Column<'issue_threads', 'name', 'text'>;
    /** Where the thread is held: slack, pylon and so on. */
    source: Column<'issue_threads', 'source', 'text'>;
    /** The channel it is held in. */
    channel_id: Column<'issue_threads', 'channel_id', 'text'>;
    /** Its number in that channel. */
    thread_id: Column<'issue_threads', 'thread_id', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'issue_threads', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'issue_threads', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'issue_threads', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'issue_threads', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'issue_threads', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Calls of issues that came by phone, with their recordings and transcripts. */
export declare const voice_calls: Table<
  'voice_calls',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'voice_calls', 'id', 'text', 'key' | 'not null'>;
    /** The issue: issues.id. */
    issue_id: Column<'voice_calls', 'issue_id', 'text'>;
    /** The number that called. */
    from_phone_number: Column<'voice_calls', 'from_phone_number', 'text'>;
    /** The number that was called. */
    to_phone_number: Column<'voice_calls', 'to_phone_number', 'text'>;
    /** How long the call took, in seconds. */
    duration_sec: Column<'voice_calls', 'duration_sec', 'whole'>;
    /** Its recordings: a list of {"id", "download_url", "transcript_segments"}; the address is good for an hour. */
    recordings: Column<'voice_calls', 'recordings', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'voice_calls', 'created_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'voice_calls', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'voice_calls', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'voice_calls', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'voice_calls', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'voice_calls', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Things to do for a customer or a project. */
export declare const tasks: Table<
  'tasks',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'tasks', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    title: Column<'tasks', 'title', 'text'>;
    /** The text, as HTML. */
    body_html: Column<'tasks', 'body_html', 'text'>;
    /** not_started, in_progress or completed. */
    status: Column<'tasks', 'status', 'text'>;
    /** The account it is done for: accounts.id. */
    account_id: Column<'tasks', 'account_id', 'text'>;
    /** The project it is part of: projects.id. */
    project_id: Column<'tasks', 'project_id', 'text'>;
    /** The milestone it is part of: milestones.id. */
    milestone_id: Column<'tasks', 'milestone_id', 'text'>;
    /** The user who does it: users.id. */
    assignee_user_id: Column<'tasks', 'assignee_user_id', 'text'>;
    /** E-mail address of that user. */
    assignee_user_email: Column<'tasks', 'assignee_user_email', 'text'>;
    /** The contact who does it: contacts.id. */
    assignee_contact_id: Column<'tasks', 'assignee_contact_id', 'text'>;
    /** E-mail address of that contact. */
    assignee_contact_email: Column<'tasks', 'assignee_contact_email', 'text'>;
    /** The task that it is part of: tasks.id. */
    parent_task_id: Column<'tasks', 'parent_task_id', 'text'>;
    /** Tasks that are part of it: tasks.id of each. */
    subtask_ids: Column<'tasks', 'subtask_ids', 'texts'>;
    /** When it is due; null where no date was set. */
    due_date: Column<'tasks', 'due_date', 'instant'>;
    /** Whether customers see it in their portal. */
    customer_portal_visible: Column<'tasks', 'customer_portal_visible', 'truth'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'tasks', 'custom_fields', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'tasks', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'tasks', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'tasks', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'tasks', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'tasks', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'tasks', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'tasks', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Comments on tasks. */
export declare const task_comments: Table<
  'task_comments',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'task_comments', 'id', 'text', 'key' | 'not null'>;
    /** The task: tasks.id. */
    task_id: Column<'task_comments', 'task_id', 'text'>;
    /** The text, as HTML. */
    body_html: Column<'task_comments', 'body_html', 'text'>;
    /** Whether only your side sees it. */
    is_internal: Column<'task_comments', 'is_internal', 'truth'>;
    /** The user who wrote it: users.id; null where a contact did. */
    author_user_id: Column<'task_comments', 'author_user_id', 'text'>;
    /** E-mail address of the user who wrote it. */
    author_user_email: Column<'task_comments', 'author_user_email', 'text'>;
    /** The contact who wrote it: contacts.id; null where a user did. */
    author_contact_id: Column<'task_comments', 'author_contact_id', 'text'>;
    /** E-mail address of the contact who wrote it. */
    author_contact_email: Column<'task_comments', 'author_contact_email', 'text'>;
    /** When it was created in Pylon. */
    created_at: Column<'task_comments', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'task_comments', 'updated_at', 'instant'>;
    /** When it was last edited. */
    last_edited_at: Column<'task_comments', 'last_edited_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'task_comments', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'task_comments', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'task_comments', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'task_comments', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'task_comments', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Projects that are carried out for an account. */
export declare const projects: Table<
  'projects',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'projects', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    name: Column<'projects', 'name', 'text'>;
    /** What it is, as HTML. */
    description_html: Column<'projects', 'description_html', 'text'>;
    /** The account it is carried out for: accounts.id. */
    account_id: Column<'projects', 'account_id', 'text'>;
    /** The user who is in charge: users.id; null where nobody is. */
    owner_id: Column<'projects', 'owner_id', 'text'>;
    /** The template it was made from. */
    project_template_id: Column<'projects', 'project_template_id', 'text'>;
    /** When it begins. */
    start_date: Column<'projects', 'start_date', 'instant'>;
    /** When it is to end. */
    end_date: Column<'projects', 'end_date', 'instant'>;
    /** Whether it was put away. */
    is_archived: Column<'projects', 'is_archived', 'truth'>;
    /** When it was archived; null where it was not. */
    archived_at: Column<'projects', 'archived_at', 'instant'>;
    /** Whether customers see it in their portal. */
    customer_portal_visible: Column<'projects', 'customer_portal_visible', 'truth'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'projects', 'custom_fields', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'projects', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'projects', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'projects', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'projects', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'projects', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'projects', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'projects', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Stages of projects. */
export declare const milestones: Table<
  'milestones',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'milestones', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    name: Column<'milestones', 'name', 'text'>;
    /** The account of the project: accounts.id. */
    account_id: Column<'milestones', 'account_id', 'text'>;
    /** The project it is part of: projects.id. */
    project_id: Column<'milestones', 'project_id', 'text'>;
    /** When it is due; null where no date was set. */
    due_date: Column<'milestones', 'due_date', 'instant'>;
    /** When it was created in Pylon. */
    created_at: Column<'milestones', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'milestones', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'milestones', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'milestones', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'milestones', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'milestones', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'milestones', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Recordings of calls and meetings that a recorder brought into Pylon. */
export declare const call_recordings: Table<
  'call_recordings',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'call_recordings', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    title: Column<'call_recordings', 'title', 'text'>;
    /** The account that the call was with: accounts.id; null where none was found. */
    account_id: Column<'call_recordings', 'account_id', 'text'>;
    /** The recorder: fathom, gong, grain, granola, custom_call_recorder and so on. */
    source: Column<'call_recordings', 'source', 'text'>;
    /** Its id in the recorder. */
    external_id: Column<'call_recordings', 'external_id', 'text'>;
    /** The event in the calendar that it was made at. */
    calendar_event_id: Column<'call_recordings', 'calendar_event_id', 'text'>;
    /** Address of the recording in the recorder. */
    url: Column<'call_recordings', 'url', 'text'>;
    /** What was talked about, in short. */
    summary: Column<'call_recordings', 'summary', 'text'>;
    /** When the call began. */
    start_time: Column<'call_recordings', 'start_time', 'instant'>;
    /** When the call ended. */
    end_time: Column<'call_recordings', 'end_time', 'instant'>;
    /** How long the call took, in milliseconds. */
    duration_ms: Column<'call_recordings', 'duration_ms', 'whole'>;
    /** E-mail addresses of who took part. */
    participant_emails: Column<'call_recordings', 'participant_emails', 'texts'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'call_recordings', 'custom_fields', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'call_recordings', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'call_recordings', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'call_recordings', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'call_recordings', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'call_recordings', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'call_recordings', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'call_recordings', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Objects of types that your workspace defines itself: those in PYLON_SYNC_CUSTOM_OBJECTS. */
export declare const custom_objects: Table<
  'custom_objects',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'custom_objects', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The slug of its type. */
    type: Column<'custom_objects', 'type', 'text'>;
    /** What it is called. */
    name: Column<'custom_objects', 'name', 'text'>;
    /** Values of its fields: slug to text, or to a list of texts; account is the account that it is related to. */
    custom_fields: Column<'custom_objects', 'custom_fields', 'json'>;
    /** What it is related to, as Pylon sends it: a list of {"object_type", "object_id"}. */
    relations: Column<'custom_objects', 'relations', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'custom_objects', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'custom_objects', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'custom_objects', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'custom_objects', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'custom_objects', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'custom_objects', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'custom_objects', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Features that customers ask for. */
export declare const feature_requests: Table<
  'feature_requests',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'feature_requests', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    title: Column<'feature_requests', 'title', 'text'>;
    /** What it is, in words. */
    description: Column<'feature_requests', 'description', 'text'>;
    /** new, in_progress, closed, archived or a status of your own. */
    request_status: Column<'feature_requests', 'request_status', 'text'>;
    /** How many issues, calls and the like ask for it. */
    evidence_count: Column<'feature_requests', 'evidence_count', 'whole'>;
    /** The accounts that ask for it: accounts.id, several. */
    account_ids: Column<'feature_requests', 'account_ids', 'texts'>;
    /** The accounts that see it in their portal: accounts.id, several. */
    portal_visible_to_account_ids: Column<'feature_requests', 'portal_visible_to_account_ids', 'texts'>;
    /** Values of custom fields: slug to text, or to a list of texts. */
    custom_fields: Column<'feature_requests', 'custom_fields', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'feature_requests', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'feature_requests', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'feature_requests', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'feature_requests', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'feature_requests', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'feature_requests', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'feature_requests', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** What supports a feature request: issues, calls and the like in which customers asked for it. */
export declare const feature_request_evidence: Table<
  'feature_request_evidence',
  {
    /** Made of feature request, kind and source: <feature request>:<source type>:<source>. */
    id: Column<'feature_request_evidence', 'id', 'text', 'key' | 'not null'>;
    /** The feature request: feature_requests.id. */
    feature_request_id: Column<'feature_request_evidence', 'feature_request_id', 'text'>;
    /** issue, call_recording, survey_response, manual and so on. */
    source_type: Column<'feature_request_evidence', 'source_type', 'text'>;
    /** The issue, where it is one: issues.id. */
    source_id: Column<'feature_request_evidence', 'source_id', 'text'>;
    /** The account that asked: accounts.id; null where none is known. */
    account_id: Column<'feature_request_evidence', 'account_id', 'text'>;
    /** Address of the recording, where it is a call. */
    external_url: Column<'feature_request_evidence', 'external_url', 'text'>;
    /** Why it supports the request, as Pylon sums it up. */
    summary: Column<'feature_request_evidence', 'summary', 'text'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'feature_request_evidence', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'feature_request_evidence', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'feature_request_evidence', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'feature_request_evidence', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'feature_request_evidence', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Collections of help articles as customers see them, one row per site. */
export declare const knowledge_bases: Table<
  'knowledge_bases',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'knowledge_bases', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    title: Column<'knowledge_bases', 'title', 'text'>;
    /** Its name in the API and in addresses. */
    slug: Column<'knowledge_bases', 'slug', 'text'>;
    /** Language of the articles themselves. */
    default_language: Column<'knowledge_bases', 'default_language', 'text'>;
    /** Languages that its articles can be had in. */
    supported_languages: Column<'knowledge_bases', 'supported_languages', 'texts'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'knowledge_bases', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'knowledge_bases', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'knowledge_bases', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'knowledge_bases', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'knowledge_bases', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Folders of articles in a knowledge base. */
export declare const collections: Table<
  'collections',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'collections', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The knowledge base: knowledge_bases.id. */
    knowledge_base_id: Column<'collections', 'knowledge_base_id', 'text'>;
    /** The folder it is in: collections.id; null at the top. */
    parent_collection_id: Column<'collections', 'parent_collection_id', 'text'>;
    /** What it is called. */
    title: Column<'collections', 'title', 'text'>;
    /** Its name in the API and in addresses. */
    slug: Column<'collections', 'slug', 'text'>;
    /** What it is, in words. */
    description: Column<'collections', 'description', 'text'>;
    /** The picture before its name. */
    icon: Column<'collections', 'icon', 'text'>;
    /** Who can see it, as Pylon sends it. */
    visibility_config: Column<'collections', 'visibility_config', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'collections', 'created_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'collections', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'collections', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'collections', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'collections', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'collections', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Help articles, in the language that their knowledge base has by default. */
export declare const articles: Table<
  'articles',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'articles', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The knowledge base: knowledge_bases.id. */
    knowledge_base_id: Column<'articles', 'knowledge_base_id', 'text'>;
    /** The folder it is in: collections.id; null at the top. */
    collection_id: Column<'articles', 'collection_id', 'text'>;
    /** The user who wrote it: users.id; null where a contact did. */
    author_user_id: Column<'articles', 'author_user_id', 'text'>;
    /** What it is called. */
    title: Column<'articles', 'title', 'text'>;
    /** Its name in the API and in addresses. */
    slug: Column<'articles', 'slug', 'text'>;
    /** The number in the address of the article. */
    identifier: Column<'articles', 'identifier', 'text'>;
    /** Address of its page. */
    url: Column<'articles', 'url', 'text'>;
    /** Whether readers can see it. */
    is_published: Column<'articles', 'is_published', 'truth'>;
    /** Whether it is left out of lists, and found by its address only. */
    is_unlisted: Column<'articles', 'is_unlisted', 'truth'>;
    /** The text that is being worked on, as HTML. */
    current_draft_content_html: Column<'articles', 'current_draft_content_html', 'text'>;
    /** The text that readers see, as HTML; null where nothing is published. */
    current_published_content_html: Column<'articles', 'current_published_content_html', 'text'>;
    /** Where its review stands, as Pylon sends it. */
    approval_info: Column<'articles', 'approval_info', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'articles', 'created_at', 'instant'>;
    /** When it was last edited. */
    last_edited_at: Column<'articles', 'last_edited_at', 'instant'>;
    /** When it was last published; null where it never was. */
    last_published_at: Column<'articles', 'last_published_at', 'instant'>;
    /** Tags: tags.id of each. */
    tag_ids: Column<'articles', 'tag_ids', 'texts'>;
    /** Tags as Pylon sends them. */
    tags: Column<'articles', 'tags', 'json'>;
    /** Who can see it, as Pylon sends it. */
    visibility_config: Column<'articles', 'visibility_config', 'json'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'articles', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'articles', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'articles', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'articles', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'articles', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Help articles in further languages, one row per article and language. */
export declare const article_translations: Table<
  'article_translations',
  {
    /** Made of article and language: <article>:<language>. */
    id: Column<'article_translations', 'id', 'text', 'key' | 'not null'>;
    /** The article: articles.id. */
    article_id: Column<'article_translations', 'article_id', 'text'>;
    /** Language of the text, such as de. */
    language: Column<'article_translations', 'language', 'text'>;
    /** The knowledge base: knowledge_bases.id. */
    knowledge_base_id: Column<'article_translations', 'knowledge_base_id', 'text'>;
    /** What it is called. */
    title: Column<'article_translations', 'title', 'text'>;
    /** Its name in the API and in addresses. */
    slug: Column<'article_translations', 'slug', 'text'>;
    /** The number in the address of the article. */
    identifier: Column<'article_translations', 'identifier', 'text'>;
    /** Address of its page. */
    url: Column<'article_translations', 'url', 'text'>;
    /** Whether readers can see it. */
    is_published: Column<'article_translations', 'is_published', 'truth'>;
    /** Whether it is left out of lists, and found by its address only. */
    is_unlisted: Column<'article_translations', 'is_unlisted', 'truth'>;
    /** The text that is being worked on, as HTML. */
    current_draft_content_html: Column<'article_translations', 'current_draft_content_html', 'text'>;
    /** The text that readers see, as HTML; null where nothing is published. */
    current_published_content_html: Column<'article_translations', 'current_published_content_html', 'text'>;
    /** Where its review stands, as Pylon sends it. */
    approval_info: Column<'article_translations', 'approval_info', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'article_translations', 'created_at', 'instant'>;
    /** When it was last edited. */
    last_edited_at: Column<'article_translations', 'last_edited_at', 'instant'>;
    /** When it was last published; null where it never was. */
    last_published_at: Column<'article_translations', 'last_published_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'article_translations', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'article_translations', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'article_translations', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'article_translations', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'article_translations', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Prepared texts and actions for issues. */
export declare const macros: Table<
  'macros',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'macros', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** The folder it is in: macro_groups.id. */
    macro_group_id: Column<'macros', 'macro_group_id', 'text'>;
    /** What it is called. */
    name: Column<'macros', 'name', 'text'>;
    /** The prepared text, as HTML. */
    text_html: Column<'macros', 'text_html', 'text'>;
    /** Whether the text is a reply or a note. */
    text_type: Column<'macros', 'text_type', 'text'>;
    /** Whether it does something besides. */
    has_actions: Column<'macros', 'has_actions', 'truth'>;
    /** What it does besides, as Pylon sends it. */
    actions: Column<'macros', 'actions', 'json'>;
    /** Who can use it, as Pylon sends it. */
    visibility: Column<'macros', 'visibility', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'macros', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'macros', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'macros', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'macros', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'macros', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'macros', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'macros', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Folders of macros. */
export declare const macro_groups: Table<
  'macro_groups',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'macro_groups', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    title: Column<'macro_groups', 'title', 'text'>;
    /** When it was created in Pylon. */
    created_at: Column<'macro_groups', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'macro_groups', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'macro_groups', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'macro_groups', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'macro_groups', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'macro_groups', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'macro_groups', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Surveys that customers are asked to answer. */
export declare const surveys: Table<
  'surveys',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'surveys', 'id', 'text', 'key' | 'not null'>;
    /** What it is called. */
    name: Column<'surveys', 'name', 'text'>;
    /** What it asks: csat and so on. */
    type: Column<'surveys', 'type', 'text'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'surveys', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'surveys', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'surveys', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'surveys', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'surveys', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'surveys', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** Answers to surveys, one row per answer. */
export declare const survey_responses: Table<
  'survey_responses',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'survey_responses', 'id', 'text', 'key' | 'not null'>;
    /** The survey: surveys.id. */
    survey_id: Column<'survey_responses', 'survey_id', 'text'>;
    /** The account of who answered: accounts.id. */
    account_id: Column<'survey_responses', 'account_id', 'text'>;
    /** Who answered: contacts.id. */
    contact_id: Column<'survey_responses', 'contact_id', 'text'>;
    /** The answers, as Pylon sends them. */
    answers: Column<'survey_responses', 'answers', 'json'>;
    /** When it was answered. */
    submitted_at: Column<'survey_responses', 'submitted_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'survey_responses', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'survey_responses', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'survey_responses', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'survey_responses', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'survey_responses', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** What was done in Pylon, by whom, as far as its plan records that. */
export declare const audit_logs: Table<
  'audit_logs',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'audit_logs', 'id', 'text', 'key' | 'not null'>;
    /** What was done. */
    action: Column<'audit_logs', 'action', 'text'>;
    /** When it was done. */
    action_happened_at: Column<'audit_logs', 'action_happened_at', 'instant'>;
    /** The user who did it: users.id. */
    actor_user_id: Column<'audit_logs', 'actor_user_id', 'text'>;
    /** The contact who did it: contacts.id. */
    actor_contact_id: Column<'audit_logs', 'actor_contact_id', 'text'>;
    /** What it was done to. */
    object_type: Column<'audit_logs', 'object_type', 'text'>;
    /** The id of what it was done to. */
    object_id: Column<'audit_logs', 'object_id', 'text'>;
    /** By which way it was done. */
    source: Column<'audit_logs', 'source', 'text'>;
    /** Address of the page in Pylon. */
    link: Column<'audit_logs', 'link', 'text'>;
    /** What changed, as Pylon sends it. */
    attributes: Column<'audit_logs', 'attributes', 'json'>;
    /** From where it was done, as Pylon sends it. */
    metadata: Column<'audit_logs', 'metadata', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'audit_logs', 'created_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'audit_logs', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'audit_logs', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'audit_logs', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'audit_logs', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'audit_logs', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** What AI agents learn from besides the knowledge base: websites and collections of documents. */
export declare const training_data: Table<
  'training_data',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'training_data', 'id', 'text', 'key' | 'not null' | 'default'>;
    /** What it is called. */
    name: Column<'training_data', 'name', 'text'>;
    /** Its kind. */
    type: Column<'training_data', 'type', 'text'>;
    /** Whom it serves: everyone, user_only or ai_agent_only. */
    visibility: Column<'training_data', 'visibility', 'text'>;
    /** Whether searches of the knowledge base leave it out. */
    exclude_from_kb_search: Column<'training_data', 'exclude_from_kb_search', 'truth'>;
    /** Its documents: a list of {"id", "file_name", "file_type", "file_size", …}. */
    documents: Column<'training_data', 'documents', 'json'>;
    /** How far a website was read: {"status", "pages_scraped", "total_pages", "last_scraped_at"}. */
    scrape_status: Column<'training_data', 'scrape_status', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'training_data', 'created_at', 'instant'>;
    /** When Pylon last counted it as changed. */
    updated_at: Column<'training_data', 'updated_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'training_data', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'training_data', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'training_data', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'training_data', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'training_data', '_order', 'big', 'not null' | 'default'>;
  }
>;

/** E-mail addresses that Pylon sends nothing to, since mail to them bounced or was complained about. */
export declare const email_suppressions: Table<
  'email_suppressions',
  {
    /** Pylon's id; begins with local- until Pylon has answered, for a row that was inserted here. */
    id: Column<'email_suppressions', 'id', 'text', 'key' | 'not null'>;
    /** E-mail address. */
    email: Column<'email_suppressions', 'email', 'text'>;
    /** Why nothing is sent. */
    reason: Column<'email_suppressions', 'reason', 'text'>;
    /** What the other mail server answered, as Pylon sends it. */
    bounce_details: Column<'email_suppressions', 'bounce_details', 'json'>;
    /** When it was created in Pylon. */
    created_at: Column<'email_suppressions', 'created_at', 'instant'>;
    /** When the content of this row last changed here. */
    _synced_at: Column<'email_suppressions', '_synced_at', 'instant', 'not null' | 'default'>;
    /** When the record was found to be gone from Pylon; null while it lives. */
    _deleted_at: Column<'email_suppressions', '_deleted_at', 'instant'>;
    /** What Pylon sent that has no column of its own, or did not fit its type; null where there is none. */
    _extra: Column<'email_suppressions', '_extra', 'json'>;
    /** Digest of Pylon's values, by which the daemon tells whether a row changed. */
    _hash: Column<'email_suppressions', '_hash', 'text', 'not null' | 'default'>;
    /** Place of the answer that this row came with, in the order of requests. */
    _order: Column<'email_suppressions', '_order', 'big', 'not null' | 'default'>;
  }
>;

export declare const organizations_relations: Relations<
  'organizations',
  {
    user: One<'users', false>;
  }
>;

export declare const users_relations: Relations<
  'users',
  {
    role: One<'user_roles', false>;
    organizations: Many<'organizations'>;
    accounts: Many<'accounts'>;
    issues: Many<'issues'>;
    issue_messages: Many<'issue_messages'>;
    issue_followers: Many<'issue_followers'>;
    tasks: Many<'tasks'>;
    task_comments: Many<'task_comments'>;
    projects: Many<'projects'>;
    articles: Many<'articles'>;
    audit_logs: Many<'audit_logs'>;
  }
>;

export declare const user_roles_relations: Relations<
  'user_roles',
  {
    users: Many<'users'>;
  }
>;

export declare const teams_relations: Relations<
  'teams',
  {
    issues: Many<'issues'>;
  }
>;

export declare const accounts_relations: Relations<
  'accounts',
  {
    owner: One<'users', false>;
    account_relationships_by_account: Many<'account_relationships'>;
    account_relationships_by_related_object: Many<'account_relationships'>;
    account_relationships_by_parent_account: Many<'account_relationships'>;
    account_relationships_by_child_account: Many<'account_relationships'>;
    contacts: Many<'contacts'>;
    issues: Many<'issues'>;
    tasks: Many<'tasks'>;
    projects: Many<'projects'>;
    milestones: Many<'milestones'>;
    call_recordings: Many<'call_recordings'>;
    feature_request_evidence: Many<'feature_request_evidence'>;
    survey_responses: Many<'survey_responses'>;
  }
>;

export declare const account_relationships_relations: Relations<
  'account_relationships',
  {
    account: One<'accounts', false>;
    related_object: One<'accounts', false>;
    parent_account: One<'accounts', false>;
    child_account: One<'accounts', false>;
  }
>;

export declare const contacts_relations: Relations<
  'contacts',
  {
    account: One<'accounts', false>;
    issues: Many<'issues'>;
    issue_messages: Many<'issue_messages'>;
    issue_followers: Many<'issue_followers'>;
    tasks: Many<'tasks'>;
    task_comments: Many<'task_comments'>;
    survey_responses: Many<'survey_responses'>;
    audit_logs: Many<'audit_logs'>;
  }
>;

export declare const issues_relations: Relations<
  'issues',
  {
    account: One<'accounts', false>;
    requester: One<'contacts', false>;
    assignee: One<'users', false>;
    team: One<'teams', false>;
    parent_issue: One<'issues', false>;
    issues_by_parent_issue: Many<'issues'>;
    issue_messages: Many<'issue_messages'>;
    issue_followers: Many<'issue_followers'>;
    issue_threads: Many<'issue_threads'>;
    voice_calls: Many<'voice_calls'>;
    feature_request_evidence: Many<'feature_request_evidence'>;
  }
>;

export declare const issue_messages_relations: Relations<
  'issue_messages',
  {
    issue: One<'issues', false>;
    author_user: One<'users', false>;
    author_contact: One<'contacts', false>;
  }
>;

export declare const issue_followers_relations: Relations<
  'issue_followers',
  {
    issue: One<'issues', false>;
    user: One<'users', false>;
    contact: One<'contacts', false>;
  }
>;

export declare const issue_threads_relations: Relations<
  'issue_threads',
  {
    issue: One<'issues', false>;
  }
>;

export declare const voice_calls_relations: Relations<
  'voice_calls',
  {
    issue: One<'issues', false>;
  }
>;

export declare const tasks_relations: Relations<
  'tasks',
  {
    account: One<'accounts', false>;
    project: One<'projects', false>;
    milestone: One<'milestones', false>;
    assignee_user: One<'users', false>;
    assignee_contact: One<'contacts', false>;
    parent_task: One<'tasks', false>;
    tasks_by_parent_task: Many<'tasks'>;
    task_comments: Many<'task_comments'>;
  }
>;

export declare const task_comments_relations: Relations<
  'task_comments',
  {
    task: One<'tasks', false>;
    author_user: One<'users', false>;
    author_contact: One<'contacts', false>;
  }
>;

export declare const projects_relations: Relations<
  'projects',
  {
    account: One<'accounts', false>;
    owner: One<'users', false>;
    tasks: Many<'tasks'>;
    milestones: Many<'milestones'>;
  }
>;

export declare const milestones_relations: Relations<
  'milestones',
  {
    account: One<'accounts', false>;
    project: One<'projects', false>;
    tasks: Many<'tasks'>;
  }
>;

export declare const call_recordings_relations: Relations<
  'call_recordings',
  {
    account: One<'accounts', false>;
  }
>;

export declare const feature_requests_relations: Relations<
  'feature_requests',
  {
    feature_request_evidence: Many<'feature_request_evidence'>;
  }
>;

export declare const feature_request_evidence_relations: Relations<
  'feature_request_evidence',
  {
    feature_request: One<'feature_requests', false>;
    source: One<'issues', false>;
    account: One<'accounts', false>;
  }
>;

export declare const knowledge_bases_relations: Relations<
  'knowledge_bases',
  {
    collections: Many<'collections'>;
    articles: Many<'articles'>;
    article_translations: Many<'article_translations'>;
  }
>;

export declare const collections_relations: Relations<
  'collections',
  {
    knowledge_base: One<'knowledge_bases', false>;
    parent_collection: One<'collections', false>;
    collections_by_parent_collection: Many<'collections'>;
    articles: Many<'articles'>;
  }
>;

export declare const articles_relations: Relations<
  'articles',
  {
    knowledge_base: One<'knowledge_bases', false>;
    collection: One<'collections', false>;
    author_user: One<'users', false>;
    article_translations: Many<'article_translations'>;
  }
>;

export declare const article_translations_relations: Relations<
  'article_translations',
  {
    article: One<'articles', false>;
    knowledge_base: One<'knowledge_bases', false>;
  }
>;

export declare const macros_relations: Relations<
  'macros',
  {
    macro_group: One<'macro_groups', false>;
  }
>;

export declare const macro_groups_relations: Relations<
  'macro_groups',
  {
    macros: Many<'macros'>;
  }
>;

export declare const surveys_relations: Relations<
  'surveys',
  {
    survey_responses: Many<'survey_responses'>;
  }
>;

export declare const survey_responses_relations: Relations<
  'survey_responses',
  {
    survey: One<'surveys', false>;
    account: One<'accounts', false>;
    contact: One<'contacts', false>;
  }
>;

export declare const audit_logs_relations: Relations<
  'audit_logs',
  {
    actor_user: One<'users', false>;
    actor_contact: One<'contacts', false>;
  }
>;
