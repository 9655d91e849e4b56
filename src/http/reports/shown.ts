import { reasonOf } from '../../errors.ts';
import { PERIODS, type Period } from '../../reports/calendar.ts';
import type { Operations } from '../operations.ts';
import { concealed } from '../page/overview.ts';
import type { Reading } from '../reading.ts';
import type { Shown } from './page.ts';

const BY_DEFAULT: Period = 30;

/** The period that the parameter `days` names, or the default; undefined if it is not one of `PERIODS`. */
export function periodOf(days: readonly string[] = []): Period | undefined {
  if (days.length === 0) return BY_DEFAULT;
  return days.length > 1 ? undefined : PERIODS.find((period) => String(period) === days[0]);
}

export async function shownOf(operations: Operations, reading: Reading, period: Period): Promise<Shown> {
  const { version, activity, conceal } = operations;
  const filling = activity.role === 'active' && !activity.complete;
  try {
    const report = await reading.report(period);
    const notice =
      report.first === null
        ? { tone: 'idle' as const, word: 'Nothing yet', sentence: 'No issue is mirrored so far.' }
        : filling
          ? {
              tone: 'busy' as const,
              word: 'Filling',
              sentence: 'The numbers include only what has been read so far.',
            }
          : undefined;
    return { version, period, report: concealed(conceal, report), notice, again: report.first === null };
  } catch (error) {
    const notice = { tone: 'bad' as const, word: 'No numbers', sentence: conceal(reasonOf(error)) };
    return { version, period, report: undefined, notice, again: true };
  }
}

/** The page for a request with an unknown period. */
export function refused({ version }: Operations): Shown {
  const sentence = `days takes one of ${PERIODS.join(', ')}.`;
  const notice = { tone: 'bad' as const, word: 'No such period', sentence };
  return { version, period: undefined, report: undefined, notice, again: false };
}
