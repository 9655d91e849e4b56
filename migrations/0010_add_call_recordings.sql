CREATE TABLE "pylon"."call_recordings" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text,
	"account_id" text,
	"source" text,
	"external_id" text,
	"calendar_event_id" text,
	"url" text,
	"summary" text,
	"start_time" timestamp with time zone,
	"end_time" timestamp with time zone,
	"duration_ms" bigint,
	"participant_emails" text[],
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
CREATE INDEX "call_recordings_account_id" ON "pylon"."call_recordings" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "call_recordings_start_time" ON "pylon"."call_recordings" USING btree ("start_time");--> statement-breakpoint
CREATE INDEX "call_recordings_created_at" ON "pylon"."call_recordings" USING btree ("created_at");