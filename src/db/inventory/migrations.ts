import { fileURLToPath } from 'node:url';
import { PACKAGE } from '../../root.ts';

/** The folder of this version's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('migrations', PACKAGE));
