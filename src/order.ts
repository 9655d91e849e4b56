/**
 * A request's two numbers in the order of requests: `asked` is taken before the request is sent, `answered` after its
 * whole answer has arrived. If A's `asked` is higher than B's `answered`, A's answer is newer than B's.
 */
export interface Order {
  readonly asked: bigint;
  readonly answered: bigint;
}
