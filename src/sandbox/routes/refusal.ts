/** A refusal, as an answer. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string | undefined;
  readonly existsId: string | undefined;
  /** All problems of the request. */
  readonly reasons: readonly string[];

  constructor(
    status: number,
    reasons: string | readonly string[],
    more: { code?: string; existsId?: string } = {},
  ) {
    const list = typeof reasons === 'string' ? [reasons] : reasons;
    super(list.join('; '));
    this.reasons = list;
    this.status = status;
    this.code = more.code;
    this.existsId = more.existsId;
  }
}

export const badRequest = (reasons: string | readonly string[]) => new Refusal(400, reasons);

export const notFound = (what: string) => new Refusal(404, `${what} not found`, { code: 'not_found' });

/** The refusal of a create because the object exists. */
export const duplicate = (what: string, existsId: string) =>
  new Refusal(400, `${what} already exists`, { existsId });
