import type { RequestRecord } from '../../src/sandbox/server/requests.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';

/** Whether a request would change something. */
export const isWrite = ({ method, path }: RequestRecord) => method !== 'GET' && !path.endsWith('/search');

/** Those that would, in their order. */
export const writeRequests = ({ requests }: Pick<Sandbox, 'requests'>) => requests.filter(isWrite);
