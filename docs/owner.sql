-- The login of the daemon in the Compose file: it owns the database and nothing else of the server. Run by the image of
-- Postgres as it sets an empty volume up, after roles.sql, with POSTGRES_PASSWORD in its environment.
\getenv password POSTGRES_PASSWORD
\getenv database POSTGRES_DB
\if :{?password}
SELECT pg_catalog.format('CREATE ROLE pylon LOGIN PASSWORD %L', :'password')
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pylon') \gexec
SELECT pg_catalog.format('ALTER DATABASE %I OWNER TO pylon', :'database') \gexec
-- It gives these to people and tools.
GRANT pylon_reader, pylon_editor, pylon_approver TO pylon WITH ADMIN OPTION;
-- Since when others' transactions run, by which pylon_bi.freshness says what is committed. It shows their statements too.
GRANT pg_read_all_stats TO pylon;
-- The superuser is for whoever is in this container: `docker compose exec postgres psql -U postgres pylon`.
ALTER ROLE postgres PASSWORD NULL;
\endif
