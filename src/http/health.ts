import { Hono } from 'hono';

/** `GET /healthz`: 200 while the process runs, whatever the state of its database or of Pylon. */
export function healthApp(version: string): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok', version, uptime_seconds: Math.floor(process.uptime()) }));
  app.notFound((c) => c.json({ error: `nothing at ${c.req.path}` }, 404));
  return app;
}
