CREATE TABLE "pylon_sync"."bi_columns" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "pylon_sync"."bi_columns_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"object_type" text NOT NULL,
	"slug" text NOT NULL,
	"shape" text NOT NULL,
	"part" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bi_columns_field" UNIQUE("object_type","slug","shape","part"),
	CONSTRAINT "bi_columns_name" UNIQUE("object_type","name")
);
