import type { Kind } from '../data/kind.ts';
import type { Community } from '../routes/community.ts';
import type { Route } from '../routes/route.ts';

/**
 * Everything the sandbox knows of one resource: its data (`Kind`), its endpoints, its shape in the
 * third-party document.
 */
export interface Resource extends Kind {
  /** Its endpoints, for reading and for writing; fixed segments before placeholders. */
  readonly routes: readonly Route[];
  /** Its shape in the third-party document, if that differs. */
  readonly community?: Community;
}
