import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { type Config, inspectConfig, readConfig } from '../src/config.ts';
import { UsageError } from '../src/errors.ts';
import { resources } from '../src/resources/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'pylon-sync-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function limitsFile(text: string): string {
  const path = join(folder, `limits-${Math.random()}.json`);
  writeFileSync(path, text);
  return path;
}

const read = (env: Record<string, string>): Config => readConfig(env, { token: false });
const names = (config: Config) => config.resources.map(({ name }) => name);

/** What a person reads of a configuration that cannot be used. */
function complaint(env: Record<string, string>, need = { token: false }): string {
  try {
    readConfig(env, need);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error(`taken: ${JSON.stringify(env)}`);
}

describe('without any variable', () => {
  test('every default is as documented', () => {
    const { limits, resources: all, ...rest } = read({});
    expect(rest).toEqual({
      token: undefined,
      apiUrl: 'https://api.usepylon.com',
      databaseUrl: undefined,
      databasePassword: undefined,
      rateShare: 0.9,
      customObjects: [],
      since: undefined,
      schedule: '* * * * *',
      listSchedule: '*/15 * * * *',
      reconcileSchedule: '0 3 * * *',
      windowDays: 30,
      overlapSeconds: 300,
      auditShare: 0.05,
      conflicts: { everywhere: 'hold', finer: {} },
      allow: ['update'],
      editGuard: 1000,
      retentionDays: 90,
      listenUrl: undefined,
      pingUrl: undefined,
      proxies: { https: undefined, http: undefined, none: '' },
      dataDir: resolve('.pylon-sync'),
      http: { host: '127.0.0.1', port: 8080 },
      httpHosts: [],
      webhookSecret: undefined,
      logLevel: 'info',
      logFormat: undefined,
    });
    expect(limits.of('GET /issues')).toBe(30);
    // Of custom objects there is nothing to read without types.
    expect(all).toEqual(resources.filter(({ name }) => name !== 'custom_objects'));
  });

  test('a command that needs a token says where tokens are made', () => {
    expect(complaint({}, { token: true })).toMatch(/^PYLON_API_TOKEN is not set: .*Settings → API tokens/);
  });

  test('a variable that is set but empty counts as not set', () => {
    const { logLevel, http, databaseUrl } = read({ LOG_LEVEL: '', PYLON_SYNC_HTTP: ' ', DATABASE_URL: '' });
    expect([logLevel, http, databaseUrl]).toEqual(['info', { host: '127.0.0.1', port: 8080 }, undefined]);
    expect(complaint({ PYLON_API_TOKEN: ' ' }, { token: true })).toContain('PYLON_API_TOKEN is not set');
  });
});

describe('taken', () => {
  test.each<[variable: string, value: string, of: (config: Config) => unknown, expected: unknown]>([
    ['PYLON_API_TOKEN', ' pylon_api_123\n', ({ token }) => token?.reveal(), 'pylon_api_123'],
    ['PYLON_API_URL', 'http://127.0.0.1:8090/pylon/', ({ apiUrl }) => apiUrl, 'http://127.0.0.1:8090/pylon'],
    ['PYLON_API_TOKEN', 'pylon_api_eu_1', ({ apiUrl }) => apiUrl, 'https://api.eu.usepylon.com'],
    ['PYLON_API_TOKEN', 'pylon_api_1', ({ apiUrl }) => apiUrl, 'https://api.usepylon.com'],
    ['PYLON_API_TOKEN', 'older-than-prefixes', ({ apiUrl }) => apiUrl, 'https://api.usepylon.com'],
    ['DATABASE_URL', 'postgres://u:p@db:5432/x', (c) => c.databaseUrl?.reveal(), 'postgres://u:p@db:5432/x'],
    [
      'DATABASE_URL',
      'postgresql:///x?host=/run',
      (c) => c.databaseUrl?.reveal(),
      'postgresql:///x?host=/run',
    ],
    ['PYLON_RATE_LIMITS', 'legacy', ({ limits }) => limits.of('GET /issues'), 10],
    ['PYLON_RATE_SHARE', '1', ({ rateShare }) => rateShare, 1],
    ['PYLON_RATE_SHARE', '.5', ({ rateShare }) => rateShare, 0.5],
    ['PYLON_SYNC_RESOURCES', 'users, issues', names, ['users', 'issues']],
    ['PYLON_SYNC_RESOURCES', 'issues,users', names, ['users', 'issues']],
    ['PYLON_SYNC_RESOURCES', 'users,issues,-users', names, ['issues']],
    ['PYLON_SYNC_SINCE', '2025-01-31', ({ since }) => since, '2025-01-31T00:00:00Z'],
    ['PYLON_SYNC_SCHEDULE', '*/10 * * * * *', ({ schedule }) => schedule, '*/10 * * * * *'],
    ['PYLON_SYNC_LIST_SCHEDULE', '5 * * * 1-5', ({ listSchedule }) => listSchedule, '5 * * * 1-5'],
    ['PYLON_SYNC_RECONCILE_SCHEDULE', '0 3 * * sun', (c) => c.reconcileSchedule, '0 3 * * sun'],
    ['PYLON_SYNC_WINDOW_DAYS', '7', ({ windowDays }) => windowDays, 7],
    ['PYLON_SYNC_WINDOW_DAYS', '365', ({ windowDays }) => windowDays, 365],
    ['PYLON_SYNC_OVERLAP', '60', ({ overlapSeconds }) => overlapSeconds, 60],
    ['PYLON_SYNC_AUDIT_SHARE', '0', ({ auditShare }) => auditShare, 0],
    ['PYLON_SYNC_AUDIT_SHARE', '1', ({ auditShare }) => auditShare, 1],
    ['PYLON_SYNC_ALLOW', 'message, update', ({ allow }) => allow, ['update', 'message']],
    ['PYLON_SYNC_ALLOW', 'none', ({ allow }) => allow, []],
    ['PYLON_SYNC_EDIT_GUARD', '0', ({ editGuard }) => editGuard, 0],
    ['PYLON_SYNC_RETENTION_DAYS', '7', ({ retentionDays }) => retentionDays, 7],
    ['DATABASE_LISTEN_URL', 'postgres://u:p@db/x', (c) => c.listenUrl?.reveal(), 'postgres://u:p@db/x'],
    ['PYLON_SYNC_HTTP_HOSTS', 'Sync.example.com, b', (c) => c.httpHosts, ['sync.example.com', 'b']],
    ['PYLON_WEBHOOK_SECRET', ' 0123456789abcdef ', (c) => c.webhookSecret?.reveal(), '0123456789abcdef'],
    ['PYLON_SYNC_DATA_DIR', '/var/lib/x', ({ dataDir }) => dataDir, '/var/lib/x'],
    ['PYLON_SYNC_HTTP', '0.0.0.0:80', ({ http }) => http, { host: '0.0.0.0', port: 80 }],
    ['PYLON_SYNC_HTTP', '[::1]:8080', ({ http }) => http, { host: '::1', port: 8080 }],
    ['PYLON_SYNC_HTTP', 'off', ({ http }) => http, 'off'],
    ['LOG_LEVEL', 'debug', ({ logLevel }) => logLevel, 'debug'],
    [
      'PYLON_SYNC_CUSTOM_OBJECTS',
      'license, device,license',
      ({ customObjects }) => customObjects,
      ['license', 'device'],
    ],
    ['LOG_FORMAT', 'pretty', ({ logFormat }) => logFormat, 'pretty'],
  ])('%s=%j', (variable, value, of, expected) => {
    expect(of(read({ [variable]: value }))).toEqual(expected);
  });

  test('PYLON_SYNC_RESOURCES=-name leaves that one out of all', () => {
    const left = names(read({ PYLON_SYNC_RESOURCES: '-audit_logs,-issue_threads' }));
    expect(left).toEqual(
      resources
        .map(({ name }) => name)
        .filter((name) => !/custom_objects|audit_logs|issue_threads/.test(name)),
    );
  });

  test('PYLON_RATE_LIMITS takes a file', () => {
    const path = limitsFile('{"interval_ms": 1000, "limits": {"GET /issues": 77}}');
    const { limits } = read({ PYLON_RATE_LIMITS: path });
    expect([limits.intervalMs, limits.of('GET /issues'), limits.of('POST /issues/search')]).toEqual([
      1000, 77, 120,
    ]);
  });
});

describe('refused, naming the variable, what it got and what it takes', () => {
  test.each<[variable: string, value: string, takes: RegExp]>([
    ['PYLON_API_URL', 'api.usepylon.com', /takes an http or https URL/],
    ['PYLON_API_URL', 'ftp://api.usepylon.com', /takes an http or https URL/],
    ['PYLON_API_URL', 'https://api.usepylon.com/?a=b', /takes an http or https URL/],
    ['PYLON_SYNC_CUSTOM_OBJECTS', 'license,my device!', /slugs of types of custom objects/],
    ['PYLON_SYNC_CUSTOM_OBJECTS', 'a'.repeat(101), /100 characters at most/],
    ['PYLON_RATE_LIMITS', 'fast', /current.*legacy.*file/],
    ['PYLON_RATE_LIMITS', '/nowhere/limits.json', /current.*legacy.*file/],
    ['PYLON_RATE_SHARE', '0', /takes a number above 0, at most 1/],
    ['PYLON_RATE_SHARE', '1.01', /takes a number above 0, at most 1/],
    ['PYLON_RATE_SHARE', '90%', /takes a number above 0, at most 1/],
    ['PYLON_RATE_SHARE', '1e-1', /takes a number above 0, at most 1/],
    ['PYLON_RATE_SHARE', '.', /takes a number above 0, at most 1/],
    ['PYLON_SYNC_AUDIT_SHARE', '1.5', /takes a number from 0, which turns it off, to 1/],
    ['PYLON_SYNC_AUDIT_SHARE', '.', /takes a number from 0, which turns it off, to 1/],
    ['PYLON_SYNC_AUDIT_SHARE', 'off', /takes a number from 0, which turns it off, to 1/],
    [
      'PYLON_SYNC_RESOURCES',
      'issues,isues',
      /takes organizations, users, .*audit_logs.*\(no resource is named isues\)/,
    ],
    ['PYLON_SYNC_RESOURCES', '-Issues', /\(no resource is named -Issues\)/],
    ['PYLON_SYNC_RESOURCES', 'users,-users', /\(this leaves out every resource\)/],
    ['PYLON_SYNC_SINCE', 'yesterday', /takes a date such as 2025-01-31/],
    ['PYLON_SYNC_SINCE', '2025-02-30', /takes a date such as 2025-01-31/],
    ['PYLON_SYNC_SCHEDULE', 'every minute', /takes a cron expression of five fields/],
    [
      'PYLON_SYNC_SCHEDULE',
      '61 * * * *',
      /takes a cron expression.*\("61" is no minute: that takes 0 to 59, /,
    ],
    ['PYLON_SYNC_SCHEDULE', '0 1-25 * * *', /\("1-25" is no hour: that takes 0 to 23, /],
    ['PYLON_SYNC_SCHEDULE', '0 0 * foo *', /\("foo" is no month: that takes 1 to 12, or jan to dec, /],
    ['PYLON_SYNC_LIST_SCHEDULE', '* * * *', /takes a cron expression.*\(it has 4 fields\)/],
    ['PYLON_SYNC_RECONCILE_SCHEDULE', '0 0 31 2 *', /\(no month that it names has such a day\)/],
    ['PYLON_SYNC_WINDOW_DAYS', '6', /takes a whole number from 7 to 365/],
    ['PYLON_SYNC_WINDOW_DAYS', '366', /takes a whole number from 7 to 365/],
    ['PYLON_SYNC_WINDOW_DAYS', '30.5', /takes a whole number from 7 to 365/],
    ['PYLON_SYNC_OVERLAP', '-1', /takes a whole number from 1 to 86400/],
    ['PYLON_SYNC_OVERLAP', '5m', /takes a whole number from 1 to 86400/],
    ['PYLON_SYNC_CONFLICTS', 'remote', /takes hold, pylon or local.*\(remote names no policy\)/],
    ['PYLON_SYNC_CONFLICTS', 'hold,isues=pylon', /\(no resource is named isues\)/],
    ['PYLON_SYNC_CONFLICTS', 'audit_logs=pylon', /\(nothing of audit_logs can be changed\)/],
    ['PYLON_SYNC_CONFLICTS', 'issues.number=local', /\(of issues can be changed title, .*, not number\)/],
    ['PYLON_SYNC_CONFLICTS', 'issues.state.x=local', /\(issues.state.x is no field\)/],
    ['PYLON_SYNC_CONFLICTS', 'issues=local,issues=hold', /\(issues is given twice\)/],
    ['PYLON_SYNC_CONFLICTS', 'hold,local', /\(two policies for all\)/],
    ['PYLON_SYNC_CONFLICTS', 'issues=', /\(issues= names no policy\)/],
    [
      'PYLON_SYNC_ALLOW',
      'update,send',
      /takes update, create, delete, message and import, comma-separated, or none/,
    ],
    ['PYLON_SYNC_ALLOW', 'none,update', /or none$/],
    ['PYLON_SYNC_EDIT_GUARD', '-1', /takes a whole number from 0/],
    ['PYLON_SYNC_RETENTION_DAYS', '0', /takes a whole number from 1/],
    ['PYLON_SYNC_HTTP', '8080', /takes host:port/],
    ['PYLON_SYNC_HTTP', '::1:8080', /takes host:port/],
    ['PYLON_SYNC_HTTP', 'http://127.0.0.1:8080', /takes host:port/],
    ['PYLON_SYNC_HTTP', '127.0.0.1:99999', /takes host:port/],
    ['LOG_LEVEL', 'loud', /takes trace, debug, info, warn, error, fatal or silent/],
    ['LOG_FORMAT', 'xml', /takes json or pretty/],
  ])('%s=%j', (variable, value, takes) => {
    const message = complaint({ [variable]: value });
    expect(message).toContain(`${variable} is ${JSON.stringify(value)}: `);
    expect(message).toMatch(takes);
    expect(message).not.toContain('\n');
  });

  test.each([
    ['not JSON', '{'],
    ['a number of requests below one', '{"limits": {"GET /issues": 0}}'],
    ['an endpoint that does not exist', '{"limits": {"GET /isues": 10}}'],
  ])('PYLON_RATE_LIMITS with a file that has %s', (_what, text) => {
    expect(complaint({ PYLON_RATE_LIMITS: limitsFile(text) })).toMatch(/^PYLON_RATE_LIMITS is ".*limits-/);
  });

  test('all of them at once, one line each', () => {
    const env = {
      LOG_LEVEL: 'loud',
      PYLON_RATE_SHARE: '2',
      PYLON_SYNC_SINCE: 'x',
      DATABASE_URL: 'mysql://x',
    };
    const lines = complaint(env, { token: true }).split('\n');
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(
      [...Object.keys(env), 'PYLON_API_TOKEN'].sort(),
    );
  });
});

describe("a database's address", () => {
  test.each([
    ['mysql://u:passXYZ123@db/x', 'it begins with mysql://'],
    ['u:passXYZ123@db/x', 'it does not begin with postgres://'],
    ['host=db dbname=x password=passXYZ123', 'it has the form host=… dbname=…, not that of an address'],
    ['postgres://u:passXYZ123@db:99999/x', 'its port is none from 1 to 65535'],
    ['postgres://u:passXYZ123@db:port/x', 'its port is no number'],
    ['postgres://u:passXYZ123@a:5432,b:5432/x', 'it names more than one host'],
    ['postgres://u:passXYZ123@[zz]/x', 'its host is not one'],
    ['postgres://u:100%XYZ123@db/x', 'a % stands in it without two hexadecimal digits: write it %25'],
    ['postgres://u:%ffXYZ123@db/x', 'what it percent-encodes is not UTF-8'],
    ['postgres://u@db/x?password=a#XYZ123', 'a # stands in it, which is written %23'],
  ])('%s is refused, with the part that is wrong', (DATABASE_URL, part) => {
    const message = complaint({ DATABASE_URL });
    expect(message).toMatch(
      /^DATABASE_URL \(its value is not shown\): takes postgres:\/\/user:password@host/,
    );
    expect(message.endsWith(`: ${part}`), message).toBe(true);
    expect(message).not.toContain('XYZ123');
  });

  test.each([
    ['postgres://u@/x?host=/run', 'postgres:///x?user=u&host=/run'],
    ['postgres://u:a+b%26@:5433/x', 'postgres:///x?user=u&password=a%2Bb%26&port=5433'],
    ['postgres://u:p@[::1]:5432/x', 'postgres://u:p@[::1]:5432/x'],
    ['postgres://u:a:b@c@db/x', 'postgres://u:a:b@c@db/x'],
    ['postgres://%2Frun%2Fpg/x', 'postgres://%2Frun%2Fpg/x'],
  ])('%s is taken, as psql does', (DATABASE_URL, means) => {
    expect(read({ DATABASE_URL }).databaseUrl?.reveal()).toBe(means);
  });
});

describe("an address's parameters", () => {
  const at = (parameters: string) => `postgres://u@db/x?${parameters}`;

  test.each([
    ['sslmod=verify-full', 'takes no parameter sslmod, did you mean sslmode?'],
    ['ssl_mode=verify-full', 'takes no parameter ssl_mode, did you mean sslmode?'],
    ['SSLMODE=verify-full', 'takes no parameter SSLMODE, did you mean sslmode?'],
    ['pgbouncer=true', 'takes no parameter pgbouncer'],
    ['connect_timeout=5s', 'takes as connect_timeout a whole number'],
    ['sslmode=verify_full', /^takes as sslmode one of disable, .*verify-full/],
    ['sslmode=disable&sslmode=full', /^takes as sslmode one of/],
    [
      'channel_binding=require',
      /^takes as channel_binding disable or prefer; in place of require, sslmode=verify-full /,
    ],
    ['ssl_min_protocol_version=TLSv1.3', /^takes as ssl_min_protocol_version one of/],
    ['require_auth=scram-sha-256', 'takes no parameter require_auth: it is not supported'],
    ['dbname=other', 'takes no parameter dbname: write the name after the host, as /database'],
    ['password=a&b', /^takes no such parameter as the one after the password: an & .*%26$/],
    ['host=a,b', 'takes as host one host'],
  ])('%s is refused', (parameters, takes) => {
    const message = complaint({ DATABASE_URL: at(parameters) });
    const why = message.replace('DATABASE_URL (its value is not shown): ', '');
    expect(why).toMatch(typeof takes === 'string' ? new RegExp(`^${takes.replace(/[?]/g, '\\$&')}$`) : takes);
  });

  test.each([
    'sslmode=verify-full&sslrootcert=system&connect_timeout=10&application_name=mine',
    'options=-c%20role%3Dpylon&keepalives_idle=30&target_session_attrs=read-write&channel_binding=prefer',
    'user=pylon&password=a%26b&host=/run&port=5433&client_encoding=UTF8',
  ])('%s is taken', (parameters) => {
    expect(read({ DATABASE_URL: at(parameters) }).databaseUrl?.reveal()).toBe(at(parameters));
  });

  test.each([
    ['', 'sslmode=verify-full'],
    ['sslcert=/a', 'sslcert=/a&sslmode=verify-full'],
    ['sslcompression=0', 'sslcompression=0&sslmode=verify-full'],
    ['sslmode=require', 'sslmode=require'],
    ['ssl=true', 'ssl=true'],
  ])('%j has PGSSLMODE added where it names no mode', (parameters, all) => {
    const { databaseUrl } = read({ DATABASE_URL: at(parameters), PGSSLMODE: 'verify-full' });
    expect(databaseUrl && decodeURIComponent(databaseUrl.reveal())).toBe(at(all));
  });

  test.each([
    ['PGSSLMODE', 'verify_full', /^PGSSLMODE is "verify_full": takes one of disable, .*verify-full/],
    [
      'PGCHANNELBINDING',
      'require',
      /^PGCHANNELBINDING is "require": takes disable or prefer; in place of require, sslmode=verify-full /,
    ],
    ['PGREQUIREAUTH', 'md5', /^PGREQUIREAUTH is "md5": it is not supported$/],
  ])('%s=%s that cannot be fulfilled is named where it counts', (variable, value, takes) => {
    expect(complaint({ DATABASE_URL: 'postgres://u@db/x', [variable]: value })).toMatch(takes);
    expect(read({ [variable]: value }).databaseUrl).toBeUndefined();
  });
});

describe('a secret', () => {
  const env = {
    PYLON_API_TOKEN: 'tokenXYZ123',
    DATABASE_URL: 'postgres://pylon:passXYZ123@db:5432/pylon',
    DATABASE_LISTEN_URL: 'postgres://pylon:passXYZ123@db:5433/pylon',
    PYLON_WEBHOOK_SECRET: 'webhook-secret-XYZ123',
  };

  test.each([
    ['inspect', (config: Config) => inspect(config, { depth: 9, showHidden: true })],
    ['JSON', ({ resources: _all, ...config }: Config) => JSON.stringify(config)],
  ])('is not shown by %s of the configuration', (_how, show) => {
    expect(show(read(env))).not.toContain('XYZ123');
  });

  test.each([
    ['PYLON_API_TOKEN', 'Bearer tokenXYZ123'],
    ['DATABASE_URL', 'mysql://pylon:passXYZ123@db/pylon'],
    ['DATABASE_URL', 'postgres://pylon:passXYZ123@db:port/pylon'],
    ['DATABASE_URL', 'postgres://pylon:/passXYZ123@db:5432/pylon'],
    ['DATABASE_URL', 'postgres://pylon:12/passXYZ123@db:5432/pylon'],
    ['DATABASE_URL', 'postgres://pylon:12?passXYZ123@db:5432/pylon'],
    ['DATABASE_URL', 'postgres://pylon:12#passXYZ123@db:5432/pylon'],
    ['DATABASE_LISTEN_URL', 'mysql://pylon:passXYZ123@db/pylon'],
    ['PYLON_API_URL', 'https://user:passXYZ123@api.usepylon.com'],
    ['PYLON_SYNC_HTTP', 'postgres://pylon:passXYZ123@db:5432/pylon'],
    ['PYLON_WEBHOOK_SECRET', 'shortXYZ123'],
  ])('is not shown when %s cannot be used', (variable, value) => {
    const message = complaint({ [variable]: value });
    expect(message).toMatch(new RegExp(`^${variable} \\(its value is not shown\\): takes `));
    expect(message).not.toContain('XYZ123');
  });
});

describe('a secret in a file', () => {
  const path = (text: string) => {
    const file = join(folder, `secret-${Math.random()}`);
    writeFileSync(file, text);
    return file;
  };

  test.each([
    ['PYLON_API_TOKEN', 'tokenXYZ123'],
    ['PGPASSWORD', 'passXYZ123'],
    ['DATABASE_URL', 'postgres://pylon:passXYZ123@db/pylon'],
  ])('%s is refused, as elsewhere, with quotes around it, or its name before it', (variable, secret) => {
    for (const quoted of [`"${secret}"`, `'${secret}'`]) {
      expect(complaint({ [variable]: quoted })).toMatch(
        new RegExp(`^${variable} \\(its value is not shown\\): has quotes around it, [^\n]*$`),
      );
      expect(complaint({ [`${variable}_FILE`]: path(`${quoted}\n`) })).toMatch(
        new RegExp(`^${variable}_FILE \\(its value is not shown\\): has quotes around it, [^\n]*$`),
      );
    }
    const message = complaint({ [`${variable}_FILE`]: path(`${variable}=${secret}\n`) }, { token: false });
    expect(message).toBe(
      `${variable}_FILE (its value is not shown): begins with ${variable}=: leave that out`,
    );
  });

  test.each([
    ['PYLON_API_TOKEN', 'tokenXYZ123', 'token'],
    ['DATABASE_URL', 'postgres://pylon:passXYZ123@db:5432/pylon', 'databaseUrl'],
    ['DATABASE_LISTEN_URL', 'postgres://pylon:passXYZ123@db:5433/pylon', 'listenUrl'],
    ['PGPASSWORD', 'passXYZ123', 'databasePassword'],
    ['PYLON_WEBHOOK_SECRET', 'webhook-secret-XYZ123', 'webhookSecret'],
    ['PYLON_SYNC_PING_URL', 'https://ping.example/XYZ123', 'pingUrl'],
  ] as const)('%s is taken without the end of its line', (variable, secret, field) => {
    for (const end of ['', '\n', '\r\n']) {
      const config = read({ [`${variable}_FILE`]: path(secret + end) });
      expect(config[field]?.reveal()).toBe(secret);
    }
    expect(inspectConfig({ [`${variable}_FILE`]: path(secret) }, { token: false }).warnings).toEqual([]);
  });

  test.each([
    [
      'that is not there',
      () => '/nowhere/XYZ123',
      /^PYLON_API_TOKEN_FILE .*: takes the path of a file.*\(ENOENT\)$/,
    ],
    ['that is a folder', () => folder, /^PYLON_API_TOKEN_FILE .*\(EISDIR\)$/],
    ['that is empty', () => path('\n'), /^PYLON_API_TOKEN_FILE .*\(the file is empty\)$/],
    [
      'that holds something else',
      () => path('Bearer XYZ123'),
      /^PYLON_API_TOKEN \(its value is not shown\): takes an API/,
    ],
  ])('%s is named once, and not shown', (_, file, complaintOf) => {
    const message = complaint({ PYLON_API_TOKEN_FILE: file() }, { token: true });
    expect(message).toMatch(complaintOf);
    expect(message).not.toContain('XYZ123');
  });

  test('beside the secret itself is one too many', () => {
    const env = { PYLON_API_TOKEN_FILE: path('tokenXYZ123'), PYLON_API_TOKEN: 'tokenXYZ123' };
    expect(complaint(env, { token: true })).toBe(
      'PYLON_API_TOKEN_FILE and PYLON_API_TOKEN are both set: one of them is enough',
    );
  });
});

describe('a time zone', () => {
  test.each(['Europe/Berlin', 'UTC', 'Australia/Lord_Howe', 'EST5EDT', ':/etc/localtime', ''])(
    'that Node knows is taken: %j',
    (TZ) => {
      expect(inspectConfig({ TZ }, { token: false }).warnings).toEqual([]);
    },
  );

  test('that it does not know is warned of', () => {
    expect(inspectConfig({ TZ: 'Europe/Berln' }, { token: false }).warnings).toEqual([
      'TZ is "Europe/Berln": not a time zone that Node knows, so schedules use UTC',
    ]);
  });
});

describe('unknown names', () => {
  test('are warned of, since they have no effect', () => {
    const { warnings } = inspectConfig(
      { PYLON_SYNC_WINDOWDAYS: '30', PYLON_TOKEN: 'x', HOME: '/' },
      { token: false },
    );
    expect(warnings).toEqual([
      'PYLON_SYNC_WINDOWDAYS is not a variable of pylon-sync: it has no effect',
      'PYLON_TOKEN is not a variable of pylon-sync: it has no effect',
    ]);
  });

  test('that Kubernetes sets beside a service named pylon-sync are passed over', () => {
    const env = {
      PYLON_SYNC_SERVICE_HOST: '10.0.0.1',
      PYLON_SYNC_SERVICE_PORT: '80',
      PYLON_SYNC_SERVICE_PORT_HTTP: '80',
      PYLON_SYNC_PORT: 'tcp://10.0.0.1:80',
      PYLON_SYNC_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(inspectConfig(env, { token: false })).toMatchObject({ problems: [], warnings: [] });
  });
});
