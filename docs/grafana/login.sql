-- The login of the dashboards: it reads the mirror and the views, and nothing else. Run by the compose profile `bi`, with
-- psql's variable `password`.
\if :{?password}
SELECT pg_catalog.format('CREATE ROLE bi LOGIN PASSWORD %L', :'password')
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'bi') \gexec
SELECT pg_catalog.format('ALTER ROLE bi PASSWORD %L', :'password') \gexec
GRANT pylon_reader TO bi;
\endif
