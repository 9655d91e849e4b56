import { describe, expect, test } from 'vitest';
import { createLog, type LogOptions } from '../src/log.ts';
import { concealing, Secret } from '../src/secret.ts';

const TOKEN = 'pylon_api_0123456789';

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'json',
    colour: false,
    write: (line) => lines.push(line),
    conceal: concealing([new Secret(TOKEN)]),
    ...options,
  });
  return { log, lines };
}

describe('the log', () => {
  test('is one JSON object a line, with its level in words and its time as RFC 3339', () => {
    const { log, lines } = logged();
    log.info({ resource: 'issues', pages: 3 }, 'stored a page');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    const line = JSON.parse(String(lines[0]));
    expect(line).toMatchObject({ level: 'info', resource: 'issues', pages: 3, msg: 'stored a page' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  test('leaves out what is below its level', () => {
    const { log, lines } = logged({ level: 'warn' });
    log.info('no');
    log.warn('yes');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['yes']);
  });

  test('shows an error with its reason', () => {
    const { log, lines } = logged();
    log.error({ error: new Error('cannot', { cause: new Error('because') }) }, 'failed');
    expect(JSON.parse(String(lines[0])).error).toMatchObject({ type: 'Error', message: 'cannot: because' });
  });

  test('shows why a query failed, not the data it was asked with', () => {
    const { log, lines } = logged();
    const query = new Error('Failed query: insert … params: ada@acme.com', { cause: new Error('disk full') });
    log.error({ error: query }, 'failed');
    log.error({ error: new Error('cannot', { cause: query }) }, 'failed');
    expect(lines.map((line) => JSON.parse(line).error.message)).toEqual([
      'disk full',
      'cannot: a query failed: disk full',
    ]);
    expect(lines.join('')).not.toContain('ada@acme.com');
  });

  test('is readable on a terminal, without colours where none are wanted', () => {
    const { log, lines } = logged({ format: 'pretty' });
    log.warn({ resource: 'issues' }, 'slow');
    expect(lines.join('')).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: slow\n {4}resource: "issues"\n$/);
  });

  test.each(['json', 'pretty'] as const)('never shows a secret (%s)', (format) => {
    const { log, lines } = logged({ format });
    const error = new Error(`Pylon said: ${TOKEN}`, { cause: new Error(TOKEN) });
    log.info(
      { token: TOKEN, headers: { authorization: `Bearer ${TOKEN}` }, password: 'hunter2' },
      `with ${TOKEN}`,
    );
    log.error({ error, secret: new Secret(TOKEN), nested: { deep: { key: TOKEN } } }, 'failed');
    expect(lines.join('')).not.toContain(TOKEN);
    expect(lines.join('')).not.toContain('hunter2');
  });
});
