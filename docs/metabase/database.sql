-- Metabase's own database, where its people, questions and dashboards are, with a login that owns it and has nothing to do
-- with the mirror. Run by the compose profile `bi`, with psql's variable `password`.
\if :{?password}
SELECT pg_catalog.format('CREATE ROLE metabase_app LOGIN PASSWORD %L', :'password')
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'metabase_app') \gexec
SELECT pg_catalog.format('ALTER ROLE metabase_app PASSWORD %L', :'password') \gexec
SELECT 'CREATE DATABASE metabase_app OWNER metabase_app'
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'metabase_app') \gexec
REVOKE ALL ON DATABASE metabase_app FROM PUBLIC;
\endif
