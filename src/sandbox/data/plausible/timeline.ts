import { DAY, SECOND } from '../instants.ts';
import { mix, salt } from '../random.ts';

const HOUR = 3_600 * SECOND;
const SALT = salt('timeline');

/** The share of a day's issues by hour, in UTC: people write while they work. */
const HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 13, 11, 13, 15, 14, 12, 9, 6, 4, 3, 2, 2, 1];
/** The share by day of the week, Sunday first. */
const WEEKDAYS = [0.2, 1.15, 1.1, 1, 1, 0.85, 0.25];

/**
 * When issues were created, epoch milliseconds in whole seconds, rising: spread over the whole history up to `start`, more in
 * office hours and on working days, and more of late than at first.
 */
export function workingTimes(seed: number, count: number, start: number, historyDays: number): Float64Array {
  const oldest = start - historyDays * DAY;
  const hours = Math.max(1, Math.floor((start - oldest) / HOUR));
  const until = new Float64Array(hours);
  let sum = 0;
  for (let h = 0; h < hours; h += 1) {
    sum += weightOf(seed, oldest + h * HOUR, h / hours);
    until[h] = sum;
  }
  const times = new Float64Array(count);
  let hour = 0;
  for (let i = 0; i < count; i += 1) {
    const place = ((i + mix(seed, SALT, i) / 4_294_967_296) / count) * sum;
    while (hour < hours - 1 && (until[hour] ?? 0) <= place) hour += 1;
    const before = hour === 0 ? 0 : (until[hour - 1] ?? 0);
    const part = (place - before) / ((until[hour] ?? 1) - before);
    times[i] = Math.floor((oldest + (hour + part) * HOUR) / SECOND) * SECOND;
  }
  return times;
}

function weightOf(seed: number, time: number, progress: number): number {
  const date = new Date(time);
  const busy = 0.7 + (mix(seed, SALT, Math.floor(time / DAY), 1) / 4_294_967_296) * 0.6;
  return (0.7 + 0.6 * progress) * busy * (WEEKDAYS[date.getUTCDay()] ?? 1) * (HOURS[date.getUTCHours()] ?? 1);
}

/** The time until an answer, milliseconds: mostly an hour or two, sometimes a day. */
export function answerTime(seed: number, issue: number): number {
  const hash = mix(seed, SALT, issue, 2);
  const minutes = [4, 9, 15, 25, 40, 55, 80, 110, 170, 260, 480, 1_100][hash % 12] ?? 60;
  return Math.round(minutes * 60 * (0.7 + ((hash >>> 8) % 600) / 1_000)) * SECOND;
}
