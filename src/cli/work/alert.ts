import { randomUUID } from 'node:crypto';
import { PermanentError, reasonOf, TransientError, UsageError } from '../../errors.ts';
import { titleOf } from '../../sync/alerts/message.ts';
import type { Shell } from '../process/shell.ts';
import { newSend } from '../runtime/outgoing/receiver.ts';
import { answerInWords, isTaken } from '../runtime/outgoing/request.ts';
import { setUp } from '../runtime/setup.ts';

const TEST = { text: 'a test: alerts of pylon-sync arrive here', command: 'pylon-sync status' };

/** Sends a test alert. Returns the exit status. */
export async function runAlert(shell: Shell, isTest: boolean): Promise<number> {
  if (!isTest) throw new UsageError('alert takes --test: `start` sends the others');
  const setup = setUp(shell, { token: false });
  const { config, conceal, signal } = setup;
  if (config.alerts === undefined)
    throw new UsageError('PYLON_SYNC_ALERT_URL is not set: no alerts are sent');
  const id = `msg_${randomUUID().replaceAll('-', '')}`;
  const send = newSend(setup, config.alerts);
  const answer = await send({ id, title: titleOf(undefined), lines: [TEST] }, signal).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw new TransientError(`PYLON_SYNC_ALERT_URL: ${conceal(reasonOf(error))}`);
    },
  );
  const words = conceal(answerInWords(answer));
  if (!isTaken(answer)) throw new PermanentError(`PYLON_SYNC_ALERT_URL: ${words}`);
  shell.stdout.write(`${id} is sent: ${words}\n`);
  return 0;
}
