import { type EmbeddedOptions, startEmbedded } from '../../src/postgres/embedded.ts';

/** What a server of these tests needs not to wait for the disk. */
const QUICK = { fsync: 'off', full_page_writes: 'off', shared_buffers: '16MB' };

export function optionsFor(dataDir: string): EmbeddedOptions {
  const binaries = process.env.TEST_POSTGRES_BINARIES;
  return { dataDir, settings: QUICK, ...(binaries === undefined ? {} : { binaries }) };
}

export const start = (dataDir: string) => startEmbedded(optionsFor(dataDir));
