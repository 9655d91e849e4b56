import { ENDED } from '../../resources/issues.ts';

/** When an issue of an alias ended; infinity while it is open. As its index has it. */
export const ended = (alias: string): string =>
  ENDED.replaceAll(/\b(resolution_time|state|updated_at|created_at)\b/g, `${alias}.$1`);

/** Whether an issue of an alias is open: neither resolved nor closed. */
export const isOpen = (alias: string): string => `${ended(alias)} = 'infinity'`;
