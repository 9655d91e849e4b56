CREATE SCHEMA "pylon";
--> statement-breakpoint
CREATE SCHEMA "pylon_sync";
--> statement-breakpoint
CREATE TABLE "pylon"."accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"type" text,
	"owner_id" text,
	"owner_email" text,
	"domain" text,
	"primary_domain" text,
	"domains" text[],
	"tags" text[],
	"is_disabled" boolean,
	"channels" jsonb,
	"external_ids" jsonb,
	"crm_settings" jsonb,
	"custom_fields" jsonb,
	"latest_customer_activity_time" timestamp with time zone,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."article_translations" (
	"id" text PRIMARY KEY NOT NULL,
	"article_id" text,
	"language" text,
	"knowledge_base_id" text,
	"title" text,
	"slug" text,
	"identifier" text,
	"url" text,
	"is_published" boolean,
	"is_unlisted" boolean,
	"current_draft_content_html" text,
	"current_published_content_html" text,
	"approval_info" jsonb,
	"created_at" timestamp with time zone,
	"last_edited_at" timestamp with time zone,
	"last_published_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."articles" (
	"id" text PRIMARY KEY NOT NULL,
	"knowledge_base_id" text,
	"collection_id" text,
	"author_user_id" text,
	"title" text,
	"slug" text,
	"identifier" text,
	"url" text,
	"is_published" boolean,
	"is_unlisted" boolean,
	"current_draft_content_html" text,
	"current_published_content_html" text,
	"approval_info" jsonb,
	"created_at" timestamp with time zone,
	"last_edited_at" timestamp with time zone,
	"last_published_at" timestamp with time zone,
	"tag_ids" text[],
	"tags" jsonb,
	"visibility_config" jsonb,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."audit_logs" (
	"id" text PRIMARY KEY NOT NULL,
	"action" text,
	"action_happened_at" timestamp with time zone,
	"actor_user_id" text,
	"actor_contact_id" text,
	"object_type" text,
	"object_id" text,
	"source" text,
	"link" text,
	"attributes" jsonb,
	"metadata" jsonb,
	"created_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."collections" (
	"id" text PRIMARY KEY NOT NULL,
	"knowledge_base_id" text,
	"parent_collection_id" text,
	"title" text,
	"slug" text,
	"description" text,
	"icon" text,
	"visibility_config" jsonb,
	"created_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."contacts" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"email" text,
	"emails" text[],
	"account_id" text,
	"avatar_url" text,
	"portal_role" text,
	"portal_role_id" text,
	"primary_phone_number" text,
	"phone_numbers" text[],
	"external_ids" jsonb,
	"integration_user_ids" jsonb,
	"custom_fields" jsonb,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."custom_fields" (
	"id" text PRIMARY KEY NOT NULL,
	"object_type" text,
	"slug" text,
	"label" text,
	"description" text,
	"type" text,
	"source" text,
	"is_read_only" boolean,
	"default_value" text,
	"default_values" text[],
	"select_metadata" jsonb,
	"number_metadata" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."issue_followers" (
	"id" text PRIMARY KEY NOT NULL,
	"issue_id" text,
	"type" text,
	"user_id" text,
	"contact_id" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."issue_messages" (
	"id" text PRIMARY KEY NOT NULL,
	"issue_id" text,
	"thread_id" text,
	"timestamp" timestamp with time zone,
	"source" text,
	"is_private" boolean,
	"message_html" text,
	"author_name" text,
	"author_avatar_url" text,
	"author_user_id" text,
	"author_user_email" text,
	"author_contact_id" text,
	"author_contact_email" text,
	"email_info" jsonb,
	"file_urls" text[],
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."issue_statuses" (
	"id" text PRIMARY KEY NOT NULL,
	"slug" text,
	"label" text,
	"category" text,
	"is_archived" boolean,
	"is_default_status" boolean,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."issue_threads" (
	"id" text PRIMARY KEY NOT NULL,
	"issue_id" text,
	"name" text,
	"source" text,
	"channel_id" text,
	"thread_id" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."issues" (
	"id" text PRIMARY KEY NOT NULL,
	"number" bigint,
	"title" text,
	"link" text,
	"body_html" text,
	"state" text,
	"type" text,
	"source" text,
	"account_id" text,
	"requester_id" text,
	"requester_email" text,
	"assignee_id" text,
	"assignee_email" text,
	"team_id" text,
	"tags" text[],
	"custom_fields" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"latest_message_time" timestamp with time zone,
	"snoozed_until_time" timestamp with time zone,
	"customer_portal_visible" boolean,
	"author_unverified" boolean,
	"number_of_touches" bigint,
	"first_response_time" timestamp with time zone,
	"first_response_seconds" bigint,
	"business_hours_first_response_seconds" bigint,
	"first_response_breach_time" timestamp with time zone,
	"resolution_time" timestamp with time zone,
	"resolution_seconds" bigint,
	"business_hours_resolution_seconds" bigint,
	"resolution_breach_time" timestamp with time zone,
	"time_in_status_seconds" jsonb,
	"business_hours_time_in_status_seconds" jsonb,
	"active_time_seconds" bigint,
	"business_hours_active_time_seconds" bigint,
	"active_time_by_user" jsonb,
	"team_slas" jsonb,
	"csat_responses" jsonb,
	"external_issues" jsonb,
	"parent_issue_id" text,
	"parent_issue_number" bigint,
	"child_issues" jsonb,
	"attachment_urls" text[],
	"slack_channel_id" text,
	"slack_message_ts" text,
	"slack_workspace_id" text,
	"chat_widget_page_url" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."knowledge_bases" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text,
	"slug" text,
	"default_language" text,
	"supported_languages" text[],
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."macro_groups" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."macros" (
	"id" text PRIMARY KEY NOT NULL,
	"macro_group_id" text,
	"name" text,
	"text_html" text,
	"text_type" text,
	"has_actions" boolean,
	"actions" jsonb,
	"visibility" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."milestones" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"account_id" text,
	"project_id" text,
	"due_date" timestamp with time zone,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"user_id" text,
	"user_email" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."projects" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"description_html" text,
	"account_id" text,
	"owner_id" text,
	"project_template_id" text,
	"start_date" timestamp with time zone,
	"end_date" timestamp with time zone,
	"is_archived" boolean,
	"archived_at" timestamp with time zone,
	"customer_portal_visible" boolean,
	"custom_fields" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."survey_responses" (
	"id" text PRIMARY KEY NOT NULL,
	"survey_id" text,
	"account_id" text,
	"contact_id" text,
	"answers" jsonb,
	"submitted_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."surveys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"type" text,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."tags" (
	"id" text PRIMARY KEY NOT NULL,
	"value" text,
	"object_type" text,
	"hex_color" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."task_comments" (
	"id" text PRIMARY KEY NOT NULL,
	"task_id" text,
	"body_html" text,
	"is_internal" boolean,
	"author_user_id" text,
	"author_user_email" text,
	"author_contact_id" text,
	"author_contact_email" text,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"last_edited_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."tasks" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text,
	"body_html" text,
	"status" text,
	"account_id" text,
	"project_id" text,
	"milestone_id" text,
	"assignee_user_id" text,
	"assignee_user_email" text,
	"assignee_contact_id" text,
	"assignee_contact_email" text,
	"parent_task_id" text,
	"subtask_ids" text[],
	"due_date" timestamp with time zone,
	"customer_portal_visible" boolean,
	"custom_fields" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."teams" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"user_ids" text[],
	"users" jsonb,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."ticket_forms" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"slug" text,
	"description_html" text,
	"url" text,
	"is_public" boolean,
	"fields" jsonb,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."user_roles" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"slug" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"email" text,
	"emails" text[],
	"avatar_url" text,
	"role_id" text,
	"status" text,
	"is_deactivated" boolean,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."budgets" (
	"endpoint" text PRIMARY KEY NOT NULL,
	"per_minute" integer NOT NULL,
	"queued" integer NOT NULL,
	"answered_at" jsonb NOT NULL,
	"paused_until" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."cursors" (
	"resource" text NOT NULL,
	"scope" text NOT NULL,
	"position" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cursors_pkey" PRIMARY KEY("resource","scope")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."lease" (
	"name" text PRIMARY KEY NOT NULL,
	"token" bigint NOT NULL,
	"holder" jsonb NOT NULL,
	"acquired_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "lease_token" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."migrations" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."migrations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"hash" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."reads" (
	"resource" text NOT NULL,
	"record_id" text NOT NULL,
	"mark" text NOT NULL,
	"outcome" text NOT NULL,
	"read_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reads_pkey" PRIMARY KEY("resource","record_id")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."rejected_records" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."rejected_records_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource" text NOT NULL,
	"record_id" text,
	"payload" jsonb,
	"reason" text NOT NULL,
	"digest" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rejected_records_digest" UNIQUE("resource","digest")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."rereads" (
	"resource" text NOT NULL,
	"record_id" text NOT NULL,
	"facts" jsonb NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rereads_pkey" PRIMARY KEY("resource","record_id")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."runs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource" text NOT NULL,
	"kind" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"requests" integer DEFAULT 0 NOT NULL,
	"rows_read" bigint DEFAULT 0 NOT NULL,
	"rows_inserted" bigint DEFAULT 0 NOT NULL,
	"rows_updated" bigint DEFAULT 0 NOT NULL,
	"rows_unchanged" bigint DEFAULT 0 NOT NULL,
	"rows_deleted" bigint DEFAULT 0 NOT NULL,
	"rows_rejected" bigint DEFAULT 0 NOT NULL,
	"outcome" text DEFAULT 'running' NOT NULL,
	"error" text,
	"token" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "accounts_owner_id" ON "pylon"."accounts" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "accounts_created_at" ON "pylon"."accounts" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "accounts_updated_at" ON "pylon"."accounts" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "article_translations_article_id" ON "pylon"."article_translations" USING btree ("article_id");--> statement-breakpoint
CREATE INDEX "article_translations_knowledge_base_id" ON "pylon"."article_translations" USING btree ("knowledge_base_id");--> statement-breakpoint
CREATE INDEX "articles_knowledge_base_id" ON "pylon"."articles" USING btree ("knowledge_base_id");--> statement-breakpoint
CREATE INDEX "articles_collection_id" ON "pylon"."articles" USING btree ("collection_id");--> statement-breakpoint
CREATE INDEX "articles_author_user_id" ON "pylon"."articles" USING btree ("author_user_id");--> statement-breakpoint
CREATE INDEX "articles_last_edited_at" ON "pylon"."articles" USING btree ("last_edited_at");--> statement-breakpoint
CREATE INDEX "audit_logs_action_happened_at" ON "pylon"."audit_logs" USING btree ("action_happened_at");--> statement-breakpoint
CREATE INDEX "audit_logs_actor_user_id" ON "pylon"."audit_logs" USING btree ("actor_user_id");--> statement-breakpoint
CREATE INDEX "audit_logs_object_id" ON "pylon"."audit_logs" USING btree ("object_id");--> statement-breakpoint
CREATE INDEX "audit_logs_created_at" ON "pylon"."audit_logs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "collections_knowledge_base_id" ON "pylon"."collections" USING btree ("knowledge_base_id");--> statement-breakpoint
CREATE INDEX "collections_parent_collection_id" ON "pylon"."collections" USING btree ("parent_collection_id");--> statement-breakpoint
CREATE INDEX "contacts_account_id" ON "pylon"."contacts" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "contacts_email" ON "pylon"."contacts" USING btree ("email");--> statement-breakpoint
CREATE INDEX "custom_fields_object_type_slug" ON "pylon"."custom_fields" USING btree ("object_type","slug");--> statement-breakpoint
CREATE INDEX "issue_followers_issue_id" ON "pylon"."issue_followers" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "issue_followers_user_id" ON "pylon"."issue_followers" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "issue_followers_contact_id" ON "pylon"."issue_followers" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "issue_messages_issue_id" ON "pylon"."issue_messages" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "issue_messages_timestamp" ON "pylon"."issue_messages" USING btree ("timestamp");--> statement-breakpoint
CREATE INDEX "issue_threads_issue_id" ON "pylon"."issue_threads" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "issues_number" ON "pylon"."issues" USING btree ("number");--> statement-breakpoint
CREATE INDEX "issues_account_id" ON "pylon"."issues" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "issues_requester_id" ON "pylon"."issues" USING btree ("requester_id");--> statement-breakpoint
CREATE INDEX "issues_assignee_id" ON "pylon"."issues" USING btree ("assignee_id");--> statement-breakpoint
CREATE INDEX "issues_created_at" ON "pylon"."issues" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "issues_updated_at" ON "pylon"."issues" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "macros_macro_group_id" ON "pylon"."macros" USING btree ("macro_group_id");--> statement-breakpoint
CREATE INDEX "milestones_account_id" ON "pylon"."milestones" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "milestones_project_id" ON "pylon"."milestones" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "projects_account_id" ON "pylon"."projects" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "projects_owner_id" ON "pylon"."projects" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "projects_created_at" ON "pylon"."projects" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "projects_updated_at" ON "pylon"."projects" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "survey_responses_survey_id" ON "pylon"."survey_responses" USING btree ("survey_id");--> statement-breakpoint
CREATE INDEX "survey_responses_account_id" ON "pylon"."survey_responses" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "survey_responses_contact_id" ON "pylon"."survey_responses" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "survey_responses_submitted_at" ON "pylon"."survey_responses" USING btree ("submitted_at");--> statement-breakpoint
CREATE INDEX "task_comments_task_id" ON "pylon"."task_comments" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "task_comments_created_at" ON "pylon"."task_comments" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "tasks_account_id" ON "pylon"."tasks" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "tasks_project_id" ON "pylon"."tasks" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "tasks_milestone_id" ON "pylon"."tasks" USING btree ("milestone_id");--> statement-breakpoint
CREATE INDEX "tasks_assignee_user_id" ON "pylon"."tasks" USING btree ("assignee_user_id");--> statement-breakpoint
CREATE INDEX "tasks_created_at" ON "pylon"."tasks" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "tasks_updated_at" ON "pylon"."tasks" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "users_email" ON "pylon"."users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "users_role_id" ON "pylon"."users" USING btree ("role_id");--> statement-breakpoint
CREATE INDEX "runs_resource_id" ON "pylon_sync"."runs" USING btree ("resource","id");--> statement-breakpoint
CREATE INDEX "runs_running" ON "pylon_sync"."runs" USING btree ("resource") WHERE "pylon_sync"."runs"."outcome" = 'running';