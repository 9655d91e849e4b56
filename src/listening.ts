/** The address an HTTP port listens at. */
export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port` or `off`; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | 'off' | undefined {
  if (text === 'off') return 'off';
  const parts = /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]*)):(\d{1,5})$/i.exec(text);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

/** The host under which the same machine reaches what listens at an address. */
export function askableHost({ host }: ListenAddress): string {
  if (host === '' || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
