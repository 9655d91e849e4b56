/** An answer that says no. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string | undefined;
  readonly existsId: string | undefined;
  /** Everything wrong at once. */
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

/** A create of what exists already. */
export const duplicate = (what: string, existsId: string) =>
  new Refusal(400, `${what} already exists`, { existsId });
