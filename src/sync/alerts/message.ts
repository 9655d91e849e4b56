import type { Alert } from '../../db/alerts/alerts.ts';
import { count, duration } from '../../format.ts';

/** One message: the same text under the same id, however often it is sent. */
export interface Message {
  /** Of the form that Standard Webhooks suggests. */
  readonly id: string;
  /** Whom it is about. */
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly text: string;
  /** What settles it; undefined where there is nothing left to do. */
  readonly command?: string | undefined;
}

/** More lines than this are counted, not listed. */
const MOST = 20;

/**
 * Replaces what a chat would take for more than text: mentions, links, marks of its own and line breaks. A workspace or
 * a role can have any name.
 */
export const plain = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/</g, '‹')
    .replace(/>/g, '›')
    .replace(/`/g, "'")
    .replace(/@(?=\S)/g, '@\u200b');

/** The title of messages about a workspace. */
export const titleOf = (workspace: string | undefined): string =>
  workspace === undefined ? 'pylon-sync' : `pylon-sync, ${plain(workspace).slice(0, 100)}`;

function linesOf(alert: Alert, message: string): readonly Line[] {
  const { summary, command, began_at, over_at, began_message, over_message } = alert;
  const begins = began_message === message;
  if (over_message !== message || over_at === null) return begins ? [{ text: plain(summary), command }] : [];
  const lasted = duration((Date.parse(over_at) - Date.parse(began_at)) / 1_000);
  return [{ text: `Over after ${lasted}: ${plain(summary)}` }];
}

/** The message of the given id, from the alerts that belong to it. */
export function messageOf(id: string, title: string, alerts: readonly Alert[]): Message {
  const lines = alerts.flatMap((alert) => linesOf(alert, id));
  const more = lines.length - MOST;
  return {
    ...{ id, title },
    lines:
      more <= 0
        ? lines
        : [...lines.slice(0, MOST), { text: `and ${count(more)} more`, command: 'pylon-sync status' }],
  };
}
