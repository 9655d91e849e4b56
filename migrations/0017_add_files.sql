CREATE TABLE "pylon_sync"."files" (
	"edit_id" bigint NOT NULL,
	"place" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "files_pkey" PRIMARY KEY("edit_id","place")
);
--> statement-breakpoint
ALTER TABLE "pylon_sync"."files" ALTER COLUMN "content" SET STORAGE EXTERNAL;
