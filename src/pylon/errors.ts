import { PermanentError, TransientError } from '../errors.ts';

/** The refusal of a request. */
export interface Refusal {
  /** `GET /issues` */
  readonly endpoint: string;
  readonly status: number;
  /** Pylon's machine-readable reason; sent since about September 2026. */
  readonly code: string | undefined;
  /** Pylon's messages, or a description of an answer without any. */
  readonly errors: readonly string[];
  readonly requestId: string | undefined;
  /** The id of the existing object that a refused create would have duplicated. */
  readonly existsId: string | undefined;
  /** Whether the refusal is a proxy's page. Default: false. */
  readonly isForeign?: boolean;
}

/**
 * A 4xx answer of Pylon's (408 and 429 aside), or one about the token or the size of the request, whoever gave it: the
 * same request will be refused again.
 */
export class PylonError extends PermanentError implements Refusal {
  override name = 'PylonError';
  readonly endpoint: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly errors: readonly string[];
  readonly requestId: string | undefined;
  readonly existsId: string | undefined;
  readonly isForeign: boolean;

  constructor(refusal: Refusal) {
    const { endpoint, status, code, errors, requestId, existsId, isForeign = false } = refusal;
    const words = [String(status), code, errors.length === 0 ? undefined : errors.join('; ')];
    const request = requestId === undefined ? '' : ` (request ${requestId})`;
    super(`${endpoint}: ${words.filter((word) => word !== undefined).join(' ')}${request}`);
    this.endpoint = endpoint;
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.requestId = requestId;
    this.existsId = existsId;
    this.isForeign = isForeign;
  }
}

/**
 * A redirect or a refusal that is not Pylon's own: a gateway without its backend, a firewall, a page to log in at. It
 * says nothing of the record that was asked for, and nothing of what this token may do.
 */
export class ForeignAnswerError extends TransientError {
  override name = 'ForeignAnswerError';
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Statuses that say that a record is not there. 400 and the rest say something about the request. */
const GONE: readonly number[] = [404, 410];

/** Whether a refusal says that the record that was asked for is not there. */
export const isGone = ({ status }: { readonly status: number }): boolean => GONE.includes(status);

/** An answer larger than the caller's `maxBytes`; asking for fewer objects may help. */
export class AnswerTooLargeError extends TransientError {
  override name = 'AnswerTooLargeError';
  readonly maxBytes: number;
  constructor(endpoint: string, maxBytes: number) {
    super(`${endpoint}: the answer is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}
