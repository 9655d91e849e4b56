/** An answer that says no. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string | undefined;
  readonly existsId: string | undefined;

  constructor(status: number, reason: string, more: { code?: string; existsId?: string } = {}) {
    super(reason);
    this.status = status;
    this.code = more.code;
    this.existsId = more.existsId;
  }
}

export const badRequest = (reason: string) => new Refusal(400, reason);

export const notFound = (what: string) => new Refusal(404, `${what} not found`, { code: 'not_found' });

/** A create of what exists already. */
export const duplicate = (what: string, existsId: string) =>
  new Refusal(400, `${what} already exists`, { existsId });
