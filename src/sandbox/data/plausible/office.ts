/** A title and the text that goes with it. */
type Text = readonly [title: string, text: string];

/** The title and the HTML at an index. When the list starts again, titles get a number. */
export function textAt(texts: readonly Text[], index: number): readonly [title: string, html: string] {
  const [title, text] = texts[index % texts.length] ?? ['', ''];
  const round = Math.floor(index / texts.length);
  return [round === 0 ? title : `${title} (${round + 1})`, `<p>${text}</p>`];
}

export const MACROS: readonly Text[] = [
  [
    'Ask for a screenshot',
    'Could you send us a screenshot of what you see, and the time at which it happened?',
  ],
  [
    'Bug confirmed',
    'We could reproduce this and have passed it on to our engineers. We will write as soon as it is fixed.',
  ],
  ['Invoice corrected', 'A credit note and a corrected invoice are under Settings → Billing.'],
  [
    'Refund on its way',
    'Your refund has been sent. It takes three to five working days to appear on your statement.',
  ],
  ['Reset SSO', 'Please sign out everywhere, then use “Sign in with SSO” once. This renews your session.'],
  [
    'Feature request noted',
    'Thank you for the idea. We have added your vote and will notify you when it ships.',
  ],
  [
    'Close after silence',
    'We have not heard from you for a week and close this for now. A reply opens it again.',
  ],
  [
    'Import template',
    'The template for imports is in our help center; please keep its header line as it is.',
  ],
  [
    'Rate limits explained',
    'Limits are counted per token and minute. A token for each job keeps them apart.',
  ],
  [
    'Escalate to engineering',
    'Steps to reproduce, affected accounts and time of the first report are below.',
  ],
  ['Welcome', 'Welcome! These three articles answer what most new teams ask in their first week.'],
  [
    'Maintenance window',
    'We update our servers on Sunday between 02:00 and 03:00 UTC. Short interruptions are possible.',
  ],
];

export const ARTICLES: readonly Text[] = [
  [
    'Invite your team',
    'Under Settings → Members you invite colleagues by e-mail and choose a role for each.',
  ],
  [
    'Set up single sign-on',
    'Copy the metadata address of your identity provider into Settings → Security, then test it.',
  ],
  [
    'Import contacts from a file',
    'A file needs a header line. Choose the separator and the date format in step two.',
  ],
  [
    'Export your data',
    'Every list has an export at its upper right corner. Large exports are sent by e-mail.',
  ],
  [
    'Understand your invoice',
    'An invoice lists seats, add-ons and credit. Changes within a month are charged by the day.',
  ],
  [
    'Verify webhook signatures',
    'Each delivery bears a signature. Compute it over the raw body and compare in constant time.',
  ],
  [
    'Rate limits of the API',
    'Limits are counted per token and minute. A 429 says in a header how long to wait.',
  ],
  [
    'Roles and permissions',
    'Guests see what is shared with them, members the workspace, admins its settings too.',
  ],
  ['Connect your chat', 'Add the app to a channel; messages of customers there become conversations.'],
  [
    'Build a report',
    'Choose a table, a measure and a period. Reports can be shared with people who have no account.',
  ],
  ['Use the mobile app', 'The app shows your inbox and notifies you when somebody answers.'],
  ['Change your plan', 'Plans can be changed at any time; the difference is charged or credited by the day.'],
];

export const TASKS: readonly Text[] = [
  ['Send the migration checklist', 'The latest version, with the part about custom fields.'],
  ['Schedule the kick-off call', 'With the project lead and somebody from IT.'],
  ['Collect a sample of their data', 'Ten rows of each table are enough for the mapping.'],
  ['Configure single sign-on', 'They use SAML; the metadata address is in the project notes.'],
  ['Train the first group of users', 'Two sessions of an hour, recorded for those who cannot attend.'],
  ['Review the import mapping', 'Dates and currencies need a second look.'],
  ['Prepare the go-live plan', 'Who does what on the day, and how to go back.'],
  ['Follow up on the renewal', 'Ask about the number of seats for next year.'],
  ['Check in after the first week', 'What is used, what is not, and which questions came up.'],
  ['Write the success plan', 'Three goals, each with a number and a date.'],
];

export const COMMENTS = [
  'Sent, waiting for their answer.',
  'Moved to next week, their lead is on holiday.',
  'Done in today’s call.',
  'They would like an example first.',
  'Checked with engineering: fine as it is.',
  'Please have a look before it goes out.',
];

/** What people say with a score from 0 to 10, from the unhappy to the happy. */
const VERDICTS = [
  'It took too many messages until somebody understood the problem.',
  'The answer was right, but it took days.',
  'Works most of the time. Reports could be faster.',
  'Good product, friendly support.',
  'Quick and helpful, solved within the hour.',
];

export const verdictOf = (score: number) => VERDICTS[Math.min(4, Math.floor(score / 2.5))] ?? '';

export const FIELD_DESCRIPTIONS: Readonly<Record<string, string>> = {
  priority: 'How soon it needs an answer',
  area: 'Which part of the product it concerns',
  order_number: 'The order it is about',
  affected_seats: 'How many people are affected',
  is_regression: 'It worked in an earlier version',
  promised_for: 'The day that the customer was promised',
  linear_ticket: 'The ticket of the engineers',
  plan: 'What the customer has booked',
  arr: 'Yearly revenue, in euros',
  csm: 'Who looks after the customer',
  crm_stage: 'As the CRM has it',
  regions: 'Where the customer works',
  effort: 'Estimated hours',
};
