import { ALLOWED, type Allowed } from '../../resources/actions.ts';
import type { Resource } from '../../resources/define.ts';
import type { Access } from '../../sync/session/access.ts';

/** The kinds of writes that Pylon has for a resource. */
const kindsOfWrites = ({ writes, actions = [] }: Resource): readonly Allowed[] => {
  const kinds = new Set<Allowed>(actions.map(({ allow }) => allow));
  if (writes?.update !== undefined) kinds.add('update');
  if (writes?.create !== undefined) kinds.add('create');
  if (writes?.remove !== undefined) kinds.add('delete');
  return ALLOWED.filter((kind) => kinds.has(kind));
};

/** Whether a resource can be read, and which of its writes are sent, in words. */
export function accessInWords(resource: Resource, access: Access, allow: readonly Allowed[]): string {
  const read =
    access.is === 'readable'
      ? 'can be read'
      : access.is === 'refused'
        ? `cannot be read (${access.reason})`
        : `whether it can be read is not known (${access.reason})`;
  const kinds = kindsOfWrites(resource);
  const [sent, kept] = [true, false].map((is) => kinds.filter((kind) => allow.includes(kind) === is));
  const list = (names: readonly Allowed[] = []) => names.join(', ');
  const writes =
    kinds.length === 0
      ? 'nothing can be changed'
      : sent?.length === 0
        ? `PYLON_SYNC_ALLOW lets none of ${list(kept)} be sent`
        : `PYLON_SYNC_ALLOW lets ${list(sent)} be sent${kept?.length === 0 ? '' : `, not ${list(kept)}`}`;
  return `resource ${resource.name}: ${read}; ${writes}`;
}
