CREATE TABLE "pylon_sync"."alerts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."alerts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"summary" text NOT NULL,
	"command" text NOT NULL,
	"began_at" timestamp with time zone DEFAULT now() NOT NULL,
	"began_message" text,
	"began_told_at" timestamp with time zone,
	"over_at" timestamp with time zone,
	"over_message" text,
	"over_told_at" timestamp with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_open" ON "pylon_sync"."alerts" USING btree ("key") WHERE "pylon_sync"."alerts"."over_at" IS NULL;--> statement-breakpoint
CREATE INDEX "alerts_began_at" ON "pylon_sync"."alerts" USING btree ("began_at");--> statement-breakpoint
CREATE INDEX "alerts_untold" ON "pylon_sync"."alerts" USING btree ("id") WHERE "pylon_sync"."alerts"."began_told_at" IS NULL OR ("pylon_sync"."alerts"."over_at" IS NOT NULL AND "pylon_sync"."alerts"."over_told_at" IS NULL);