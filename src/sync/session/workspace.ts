import { bindWorkspace, type Workspace } from '../../db/workspace/workspace.ts';
import { unwrapObject } from '../../pylon/answer.ts';
import type { Pylon } from '../../pylon/types.ts';
import type { Context } from '../pass/context.ts';

/** The organization a token belongs to (`GET /me`). */
export async function workspaceOf(pylon: Pylon, signal?: AbortSignal): Promise<Workspace> {
  const answer = await pylon.request({
    method: 'GET',
    route: '/me',
    ...(signal === undefined ? {} : { signal }),
  });
  const { id, name } = unwrapObject(answer) as { id?: unknown; name?: unknown };
  return { id: typeof id === 'string' ? id : '', name: typeof name === 'string' ? name : '' };
}

/**
 * Makes sure that the token and the database belong together; the first answer also sets Pylon's clock.
 *
 * @throws UsageError naming both workspaces when they do not.
 */
export async function bindToken(ctx: Context): Promise<void> {
  await bindWorkspace(ctx.db, ctx.lease, await workspaceOf(ctx.pylon, ctx.signal));
}
