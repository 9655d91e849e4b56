CREATE TABLE "pylon_sync"."edits" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."edits_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource" text NOT NULL,
	"record_id" text NOT NULL,
	"operation" text NOT NULL,
	"changes" jsonb NOT NULL,
	"base" jsonb NOT NULL,
	"shadow" jsonb,
	"state" text NOT NULL,
	"held" text[],
	"forced" text[],
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"error" text,
	"http_status" integer,
	"request_id" text,
	"remote" jsonb,
	"sent" jsonb,
	"actor" text NOT NULL,
	"txid" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "edits_open" ON "pylon_sync"."edits" USING btree ("resource","record_id","id") WHERE "pylon_sync"."edits"."state" IN ('draft', 'pending', 'sending', 'conflict', 'failed');--> statement-breakpoint
CREATE INDEX "edits_due" ON "pylon_sync"."edits" USING btree ("resource","id") WHERE "pylon_sync"."edits"."state" IN ('pending', 'sending');--> statement-breakpoint
CREATE INDEX "edits_record" ON "pylon_sync"."edits" USING btree ("resource","record_id","id");--> statement-breakpoint
CREATE INDEX "edits_txid" ON "pylon_sync"."edits" USING btree ("txid");--> statement-breakpoint
CREATE INDEX "edits_settled_at" ON "pylon_sync"."edits" USING btree ("settled_at");