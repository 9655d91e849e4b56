import type { Config } from '../../config.ts';
import { UsageError } from '../../errors.ts';
import type { PylonOptions } from '../../pylon/client.ts';
import { PylonError } from '../../pylon/errors.ts';
import { TOKEN_TAKES } from '../../variables.ts';
import type { Setup } from './setup.ts';

/** The client's options as configured; events of the client go to the log. */
export function pylonOptions(
  { config, log, version, tempo, fetch }: Setup,
  nextOrder: () => bigint,
): PylonOptions {
  if (config.token === undefined) throw new UsageError(`PYLON_API_TOKEN is not set: ${TOKEN_TAKES}`);
  return {
    url: config.apiUrl,
    token: config.token.reveal(),
    limits: config.limits,
    share: config.rateShare,
    nextOrder,
    fetch,
    timeoutMs: tempo.requestMs,
    userAgent: `pylon-sync/${version}`,
    report: ({ message, level, ...fields }) => log[level](fields, message),
  };
}

/** Advice for a person whose token Pylon refuses; an empty list for any other error. */
export function tokenAdvice(error: unknown, { apiUrl }: Pick<Config, 'apiUrl'>): readonly string[] {
  if (!(error instanceof PylonError) || error.status !== 401) return [];
  return [
    `${apiUrl} refuses PYLON_API_TOKEN: admins make tokens in Pylon under Settings → API tokens, and a token ` +
      'works in one region only (PYLON_API_URL is https://api.usepylon.com or, in the EU, https://api.eu.usepylon.com)',
  ];
}
