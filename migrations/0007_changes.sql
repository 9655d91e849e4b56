CREATE TABLE "pylon_sync"."changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource" text NOT NULL,
	"record_id" text NOT NULL,
	"field" text NOT NULL,
	"old" jsonb,
	"new" jsonb,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone,
	"edit_id" bigint,
	"actor" text
);
--> statement-breakpoint
DROP INDEX "pylon"."issues_ended";--> statement-breakpoint
CREATE INDEX "changes_record" ON "pylon_sync"."changes" USING btree ("record_id","resource","field","id");--> statement-breakpoint
CREATE INDEX "changes_seen_at" ON "pylon_sync"."changes" USING btree ("seen_at");--> statement-breakpoint
CREATE INDEX "issues_ended" ON "pylon"."issues" USING btree ((coalesce(resolution_time, CASE WHEN state = 'closed' THEN coalesce(updated_at, created_at) END, 'infinity')),"created_at");