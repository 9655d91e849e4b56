import type { Sandbox } from '../../src/sandbox/start.ts';

/** Requests that would change something, in their order. */
export const writeRequests = ({ requests }: Pick<Sandbox, 'requests'>) =>
  requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/search'));
