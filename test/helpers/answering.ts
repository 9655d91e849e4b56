import type { Pylon } from '../../src/pylon/types.ts';
import type { Session } from './session.ts';

/** Has the answers to a route be others, until told. */
export function answering({ ctx }: Session, route: string, other: (body: unknown) => unknown): () => void {
  let isOther = true;
  const view = (inner: Pylon): Pylon => ({
    ...inner,
    request: async (asked) => {
      const answer = await inner.request(asked);
      return isOther && asked.route === route ? { ...answer, body: other(answer.body) } : answer;
    },
    counted: (count) => view(inner.counted(count)),
    prioritised: (priority) => view(inner.prioritised(priority)),
  });
  Object.assign(ctx, { pylon: view(ctx.pylon) });
  return () => {
    isOther = false;
  };
}
