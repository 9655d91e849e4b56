CREATE TABLE "pylon"."custom_objects" (
	"id" text PRIMARY KEY NOT NULL,
	"type" text,
	"name" text,
	"custom_fields" jsonb,
	"relations" jsonb,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT 'none' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "custom_objects_type" ON "pylon"."custom_objects" USING btree ("type");--> statement-breakpoint
CREATE INDEX "custom_objects_created_at" ON "pylon"."custom_objects" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "custom_objects_updated_at" ON "pylon"."custom_objects" USING btree ("updated_at");