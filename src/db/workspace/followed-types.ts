import type { Executor } from '../connection/connect.ts';
import { readSetting, writeSetting } from './setting.ts';

const KEY = 'custom_objects';

/** The types of custom objects that the last holder of the lease followed; undefined before the first. */
export const readFollowedTypes = (db: Executor): Promise<readonly string[] | undefined> =>
  readSetting<readonly string[]>(db, KEY);

/** Publishes the types that are followed. Writes nothing if they are unchanged. */
export const publishFollowedTypes = (tx: Executor, types: readonly string[]): Promise<void> =>
  writeSetting(tx, KEY, [...types].sort());
