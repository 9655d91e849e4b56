/** The SQLSTATE that Postgres gave for an error, wherever among its causes; empty where none did. */
export function sqlState(error: unknown): string {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return '';
}

/** Another transaction holds a row (`lock_not_available`). */
export const isLockHeld = (error: unknown): boolean => sqlState(error) === '55P03';
