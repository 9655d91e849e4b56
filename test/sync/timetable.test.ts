import { describe, expect, test } from 'vitest';
import { newTimetable } from '../../src/sync/lib/timetable.ts';

const MINUTE = 60_000;
const at = (time: string) => Date.parse(time);

/** A timetable, looked at each second of a stretch of time in which nobody sets a clock. */
function through(cron: string, zone: string, from: string, until: string): readonly string[] {
  const start = at(from);
  const table = newTimetable([cron], zone, { wall: start, steady: 0 });
  const ran: string[] = [];
  for (let wall = start; wall <= at(until); wall += 1_000)
    if (table.look({ wall, steady: wall - start }).due.length > 0)
      ran.push(new Date(wall).toISOString().slice(11, 19));
  return ran;
}

describe('the timetable', () => {
  test('goes on through the hour that summer time ends with', () => {
    const ran = through('* * * * *', 'America/New_York', '2026-11-01T05:50:00Z', '2026-11-01T06:10:00Z');
    expect(ran).toHaveLength(20);
    expect(
      through('*/15 * * * *', 'Australia/Lord_Howe', '2026-04-04T14:40:00Z', '2026-04-04T15:50:00Z'),
    ).toEqual([...['14:45:00', '15:00:00', '15:15:00', '15:30:00', '15:45:00']]);
  });

  test('names what is due, once however many of its times have passed', () => {
    const start = { wall: at('2026-01-01T00:00:30Z'), steady: 0 };
    const table = newTimetable(['* * * * *', '*/5 * * * *', '0 3 * * *'], 'UTC', start);
    const look = (ms: number) => table.look({ wall: start.wall + ms, steady: ms });
    expect(look(0)).toEqual({ due: [], stepMs: 0 });
    expect(look(29_999).due).toEqual([]);
    expect(look(30_000).due).toEqual([0]);
    expect(look(30_000).due).toEqual([]);
    expect(look(7 * MINUTE).due).toEqual([0, 1]);
    expect(look(7 * MINUTE + 1_000).due).toEqual([]);
    expect(table.untilNext(start.wall + 7 * MINUTE)).toBe(30_000);
  });

  test('begins anew with a clock that was set back, and makes up once for what one that was set forward left out', () => {
    const start = { wall: at('2026-01-01T12:00:30Z'), steady: 0 };
    const table = newTimetable(['* * * * *'], 'UTC', start);
    const hour = 60 * MINUTE;
    expect(table.look({ wall: start.wall - hour, steady: 1_000 })).toEqual({
      due: [],
      stepMs: -hour - 1_000,
    });
    expect(table.look({ wall: start.wall - hour + 30_000, steady: 31_000 })).toEqual({ due: [0], stepMs: 0 });
    expect(table.look({ wall: start.wall + hour, steady: 32_000 })).toMatchObject({ due: [0] });
    expect(table.look({ wall: start.wall + hour + 1_000, steady: 33_000 })).toEqual({ due: [], stepMs: 0 });
  });
});
