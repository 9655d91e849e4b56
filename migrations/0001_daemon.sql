CREATE TABLE "pylon_sync"."audits" (
	"resource" text NOT NULL,
	"day" date NOT NULL,
	"sampled" bigint DEFAULT 0 NOT NULL,
	"differed" bigint DEFAULT 0 NOT NULL,
	"drifted" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "audits_pkey" PRIMARY KEY("resource","day")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."handovers" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."handovers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"command" text NOT NULL,
	"arguments" jsonb NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"outcome" jsonb
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."scan_candidates" (
	"scan_id" bigint NOT NULL,
	"record_id" text NOT NULL,
	CONSTRAINT "scan_candidates_pkey" PRIMARY KEY("scan_id","record_id")
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "pylon_sync"."scan_seen" (
	"scan_id" bigint NOT NULL,
	"part" bigint GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."scan_seen_part_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ids" text[] NOT NULL,
	CONSTRAINT "scan_seen_pkey" PRIMARY KEY("scan_id","part")
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."scans" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."scans_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource" text NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'listing' NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"first_order" bigint NOT NULL,
	"seen" bigint DEFAULT 0 NOT NULL,
	"live" bigint,
	"candidates" bigint,
	"deleted" bigint DEFAULT 0 NOT NULL,
	"approved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "pylon_sync"."tombstones" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."tombstones_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource" text NOT NULL,
	"record_id" text NOT NULL,
	"deleted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"scan_id" bigint,
	"evidence" jsonb NOT NULL,
	"restored_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "pylon_sync"."rereads" ADD COLUMN "reason" text DEFAULT 'held' NOT NULL;--> statement-breakpoint
ALTER TABLE "pylon_sync"."runs" ADD COLUMN "rows_drifted" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "handovers_queued" ON "pylon_sync"."handovers" USING btree ("id") WHERE "pylon_sync"."handovers"."state" IN ('queued', 'running');--> statement-breakpoint
CREATE INDEX "scans_resource_id" ON "pylon_sync"."scans" USING btree ("resource","id");--> statement-breakpoint
CREATE INDEX "scans_stopped" ON "pylon_sync"."scans" USING btree ("id") WHERE "pylon_sync"."scans"."state" = 'stopped';--> statement-breakpoint
CREATE INDEX "tombstones_record" ON "pylon_sync"."tombstones" USING btree ("resource","record_id");--> statement-breakpoint
CREATE INDEX "tombstones_deleted_at" ON "pylon_sync"."tombstones" USING btree ("resource","deleted_at");--> statement-breakpoint
CREATE INDEX "reads_resource_read_at" ON "pylon_sync"."reads" USING btree ("resource","read_at");--> statement-breakpoint
CREATE INDEX "runs_finished_at" ON "pylon_sync"."runs" USING btree ("finished_at");