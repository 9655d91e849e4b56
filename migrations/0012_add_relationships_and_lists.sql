CREATE TABLE "pylon"."account_relationships" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text,
	"relationship_type" text,
	"related_object_id" text,
	"parent_account_id" text,
	"child_account_id" text,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."activity_types" (
	"id" text PRIMARY KEY NOT NULL,
	"slug" text,
	"label" text,
	"icon_url" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."email_suppressions" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text,
	"reason" text,
	"bounce_details" jsonb,
	"created_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."training_data" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"type" text,
	"visibility" text,
	"exclude_from_kb_search" boolean,
	"documents" jsonb,
	"scrape_status" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "account_relationships_account_id" ON "pylon"."account_relationships" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "account_relationships_related_object_id" ON "pylon"."account_relationships" USING btree ("related_object_id");--> statement-breakpoint
CREATE INDEX "account_relationships_parent_account_id" ON "pylon"."account_relationships" USING btree ("parent_account_id");--> statement-breakpoint
CREATE INDEX "account_relationships_child_account_id" ON "pylon"."account_relationships" USING btree ("child_account_id");--> statement-breakpoint
CREATE INDEX "email_suppressions_email" ON "pylon"."email_suppressions" USING btree ("email");--> statement-breakpoint
CREATE INDEX "email_suppressions_created_at" ON "pylon"."email_suppressions" USING btree ("created_at");