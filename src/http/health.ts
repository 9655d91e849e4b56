import { Hono, type NotFoundHandler } from 'hono';

/** Answers what no route of the app does: 405 where it has a page at the path, else 404. */
export const unanswered =
  (app: Hono): NotFoundHandler =>
  (c) => {
    const { path, method } = c.req;
    const isPage = app.routes.some((route) => route.method === 'GET' && route.path === path);
    if (!isPage) return c.json({ error: `nothing at ${path}` }, 404);
    return c.json({ error: `${path} takes no ${method}` }, 405, { Allow: 'GET, HEAD' });
  };

/** `GET /healthz`: 200 while the process runs, whatever the state of its database or of Pylon. */
export function healthApp(version: string): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok', version, uptime_seconds: Math.floor(process.uptime()) }));
  app.notFound(unanswered(app));
  return app;
}
