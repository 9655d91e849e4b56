import { DATE_TAKES, parseDate } from '../../date.ts';
import { UsageError } from '../../errors.ts';

/** Collects the names of a repeated `--resource NAME`, each once. The command's work looks them up. */
export function addName(name: string, before: readonly string[] = []): readonly string[] {
  return before.includes(name) ? before : [...before, name];
}

/** Returns a parser for an option that takes a date. */
export function dateOption(flag: string): (text: string) => string {
  return (text) => {
    const date = parseDate(text);
    if (date === undefined) throw new UsageError(`${flag} ${JSON.stringify(text)}: takes ${DATE_TAKES}`);
    return date;
  };
}

/** Returns a parser for an option that takes a whole number from `least` to `most`. */
export function wholeOption(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
    throw new UsageError(`${flag} ${JSON.stringify(text)}: takes a whole number from ${least} to ${most}`);
  };
}
