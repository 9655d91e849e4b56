ALTER TABLE "pylon_sync"."edits" ALTER COLUMN "txid" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "pylon_sync"."edits" ADD COLUMN "in_doubt" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "pylon_sync"."edits" ADD COLUMN "waiting_since" timestamp with time zone DEFAULT now() NOT NULL;