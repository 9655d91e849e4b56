CREATE TABLE "pylon"."feature_request_evidence" (
	"id" text PRIMARY KEY NOT NULL,
	"feature_request_id" text,
	"source_type" text,
	"source_id" text,
	"account_id" text,
	"external_url" text,
	"summary" text,
	"_synced_at" timestamp with time zone DEFAULT now() NOT NULL,
	"_deleted_at" timestamp with time zone,
	"_extra" jsonb,
	"_hash" text DEFAULT '' NOT NULL,
	"_order" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pylon"."feature_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text,
	"description" text,
	"request_status" text,
	"evidence_count" bigint,
	"account_ids" text[],
	"portal_visible_to_account_ids" text[],
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
CREATE INDEX "feature_request_evidence_feature_request_id" ON "pylon"."feature_request_evidence" USING btree ("feature_request_id");--> statement-breakpoint
CREATE INDEX "feature_request_evidence_account_id" ON "pylon"."feature_request_evidence" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "feature_request_evidence_source_id" ON "pylon"."feature_request_evidence" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "feature_requests_request_status" ON "pylon"."feature_requests" USING btree ("request_status");--> statement-breakpoint
CREATE INDEX "feature_requests_created_at" ON "pylon"."feature_requests" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "feature_requests_updated_at" ON "pylon"."feature_requests" USING btree ("updated_at");