-- The roles that people and tools are given. For whoever may make roles, where the user of DATABASE_URL may not: run this
-- once on the server, then `pylon-sync migrate`, which grants them what they are for. It can be run again.
--
-- Roles belong to the server, not to a database. Where two databases of one server are mirrors, whoever is given
-- pylon_editor edits in both of them. To keep them apart, let nobody connect but who is to:
--   REVOKE CONNECT ON DATABASE mirror FROM PUBLIC;
--   GRANT CONNECT ON DATABASE mirror TO anna;
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['pylon_reader', 'pylon_editor', 'pylon_approver'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
    END IF;
  END LOOP;
END $$;
