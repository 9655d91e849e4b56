import { unwrapObject } from '../../pylon/answer.ts';
import type { Pull } from '../../resources/define.ts';
import type { Pass } from '../pass/pass.ts';

/** Reads a resource that is a single object, which the answer contains. */
export async function enumerateObject(pass: Pass, pull: Pull & { by: 'object' }): Promise<undefined> {
  const answer = await pass.pylon.request({ method: 'GET', route: pull.path, signal: pass.signal });
  pass.progress.pages += 1;
  await pass.keep(pass.batch([unwrapObject(answer)], {}, answer.order));
  pass.step('stored the object');
}
