import { createHash } from 'node:crypto';
import { toJson } from '../../exact.ts';
import { isFields } from '../answer.ts';

/** Objects that are remembered, of the first and of the latest ones of a listing each. */
const MOST = 10_000;

/** Notes the objects of a page; returns whether all of them came before. */
export type Met = (objects: readonly unknown[]) => boolean;

/** What tells an object from others: its id, or its content where it has none. */
function keyOf(object: unknown): string {
  const id = isFields(object) ? object.id : undefined;
  if (typeof id === 'string' || typeof id === 'number') return `${id}`;
  return createHash('sha1').update(toJson(object)).digest('base64');
}

/**
 * Remembers which objects a listing has had: the first ones, to which a listing returns that begins again, and the
 * latest ones, with which it goes on if it does not move.
 */
export function newMet(most = MOST): Met {
  const first = new Set<string>();
  const latest = new Set<string>();
  return (objects) => {
    let areAll = true;
    for (const key of objects.map(keyOf)) {
      if (first.has(key)) continue;
      areAll &&= latest.delete(key);
      if (first.size < most) first.add(key);
      else latest.add(key);
      const [oldest] = latest.size > most ? latest : [];
      if (oldest !== undefined) latest.delete(oldest);
    }
    return areAll;
  };
}
