import type { Kind } from '../data/kind.ts';
import type { Community } from '../routes/community.ts';
import type { Route } from '../routes/route.ts';

/** Everything the sandbox knows of one resource: its data (`Kind`), its endpoints, its other shape. */
export interface Resource extends Kind {
  /** Its endpoints, for reading and for writing; fixed segments before placeholders. */
  readonly routes: readonly Route[];
  /** How it looks in the third-party document, as far as that differs. */
  readonly community?: Community;
}
