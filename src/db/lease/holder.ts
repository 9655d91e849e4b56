import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a lease: enough to find the process. */
export interface Holder {
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  /** What its number belongs to: containers and cloned machines may share a host's name, not its processes. */
  readonly space: string;
}

/** Tells one set of process ids from another on Linux: which boot of which machine, which namespace there. */
function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** This process, at work on a command. */
export function thisProcess(command: string): Holder {
  return { command, host: hostname(), pid: process.pid, space: processSpace() };
}

/** A process of this machine that no longer exists cannot be writing. */
export function isDead(holder: Holder): boolean {
  const here = holder.host === hostname() && holder.space === processSpace();
  if (!here || holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
