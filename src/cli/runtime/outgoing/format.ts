import type { Message } from '../../../sync/alerts/message.ts';

/** `text`: an object with a `text`, as Slack and Mattermost take it. `teams`: an Adaptive Card. */
export type AlertFormat = 'text' | 'teams';

/** Hosts of Power Automate, whose workflows post to Teams, and of Teams' former connectors. */
const TEAMS =
  /(^|\.)(logic\.azure\.(com|us|cn)|api\.powerplatform\.(com|us|cn)|powerplatform\.com|webhook\.office\.com)$/;

/** What the host of an address takes. */
export const formatOf = (address: string): AlertFormat =>
  TEAMS.test(new URL(address).hostname) ? 'teams' : 'text';

/** A message as one text, a line each for what is wrong and for the command. */
function textOf({ title, lines }: Message, withCommands: (text: string) => string): string {
  const [only, ...others] = lines;
  const shown = ({ text, command }: Message['lines'][number]) =>
    command === undefined ? [text] : [text, `\`${withCommands(command)}\``];
  if (only !== undefined && others.length === 0) return `${title}: ${shown(only).join('\n')}`;
  return [`${title}:`, ...lines.map((line) => shown(line).join('\n'))].join('\n\n');
}

function cardOf({ title, lines }: Message, withCommands: (text: string) => string): unknown {
  const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more });
  const body = lines.flatMap(({ text, command }) => [
    block(text, { spacing: 'Medium' }),
    ...(command === undefined
      ? []
      : [block(withCommands(command), { fontType: 'Monospace', spacing: 'Small' })]),
  ]);
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          ...{ type: 'AdaptiveCard', version: '1.4' },
          body: [block(title, { weight: 'Bolder' }), ...body],
        },
      },
    ],
  };
}

/** The body of a request that carries a message. `withCommands` makes a command one that can be run. */
export const bodyOf = (
  message: Message,
  format: AlertFormat,
  withCommands: (text: string) => string,
): string =>
  JSON.stringify(
    format === 'teams' ? cardOf(message, withCommands) : { text: textOf(message, withCommands) },
  );
