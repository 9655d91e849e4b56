import { ids } from '../../data/random.ts';
import type { Row } from '../../data/rows.ts';
import type { Call, Reply } from '../../routes/route.ts';
import { create } from '../../routes/writes.ts';

/** The one thread with the notes of a generated issue. */
export const threadKey = (seed: number, issue: number) => ids(seed, 'issue_threads').of(issue);

/** Opens an internal thread. */
export const newThread = (call: Call, issue: Row, name: string | undefined): Reply =>
  create(
    call,
    'issue_threads',
    { issue_id: issue.key, name: name || 'Internal', source: 'pylon', channel_id: null, thread_id: null },
    { issue_id: issue.key },
  );
