CREATE TABLE "pylon"."voice_calls" (
	"id" text PRIMARY KEY NOT NULL,
	"issue_id" text,
	"from_phone_number" text,
	"to_phone_number" text,
	"duration_sec" bigint,
	"recordings" jsonb,
	"created_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "voice_calls_issue_id" ON "pylon"."voice_calls" USING btree ("issue_id");--> statement-breakpoint
CREATE INDEX "voice_calls_created_at" ON "pylon"."voice_calls" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "issues_by_phone" ON "pylon"."issues" USING btree ("created_at","id") WHERE source = 'phone';