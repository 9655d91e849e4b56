CREATE TABLE "pylon_sync"."ids" (
	"provisional" text PRIMARY KEY NOT NULL,
	"resource" text NOT NULL,
	"id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "pylon_sync"."edits" ADD COLUMN "first_sent_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "pylon_sync"."edits" ADD COLUMN "first_order" bigint;--> statement-breakpoint
ALTER TABLE "pylon_sync"."edits" ADD COLUMN "depends_on" bigint;--> statement-breakpoint
CREATE INDEX "ids_id" ON "pylon_sync"."ids" USING btree ("resource","id");--> statement-breakpoint
CREATE INDEX "edits_creates" ON "pylon_sync"."edits" USING btree ("record_id") WHERE "pylon_sync"."edits"."operation" = 'create';--> statement-breakpoint
CREATE INDEX "edits_depends_on" ON "pylon_sync"."edits" USING btree ("depends_on") WHERE "pylon_sync"."edits"."depends_on" IS NOT NULL;