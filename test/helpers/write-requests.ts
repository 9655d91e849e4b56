import type { RequestRecord } from '../../src/sandbox/server/requests.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';

const isWrite = ({ method, path }: RequestRecord) => method !== 'GET' && !path.endsWith('/search');

/** Requests that would change something, in their order. */
export const writeRequests = ({ requests }: Pick<Sandbox, 'requests'>) => requests.filter(isWrite);

/** Counts them each time it is called. It looks at each request once: who waits for a number asks each millisecond. */
export function countWrites({ requests }: Pick<Sandbox, 'requests'>): () => number {
  let seen = 0;
  let count = 0;
  return () => {
    count += requests.slice(seen).filter(isWrite).length;
    seen = requests.length;
    return count;
  };
}
