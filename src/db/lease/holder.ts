import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The process that holds a lease, described so that one can find it. */
export interface Holder {
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  /**
   * The set of process ids that `pid` belongs to: containers and cloned machines may share a host name but not
   * processes.
   */
  readonly space: string;
}

/** Identifies the set of process ids on Linux, by the boot of the machine and the namespace; empty elsewhere. */
function readProcessSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

let space: string | undefined;

/** The set of this process; it never changes, and a standby asks for it at each look at the lease. */
function processSpace(): string {
  space ??= readProcessSpace();
  return space;
}

/** This process as a holder that runs `command`. */
export function thisProcess(command: string): Holder {
  return { command, host: hostname(), pid: process.pid, space: processSpace() };
}

/** Whether the holder was a process of this machine that no longer exists, so that it cannot be writing. */
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
