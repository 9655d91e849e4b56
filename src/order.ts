/**
 * Places in the order of requests: `asked` was taken before the request left, `answered` after the whole
 * answer had arrived. What a request saw is certainly newer than anything answered before it was asked.
 */
export interface Order {
  readonly asked: bigint;
  readonly answered: bigint;
}
