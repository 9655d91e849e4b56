/** What a conversation with support is about, from the customer's first sentence to the answer. */
export interface Topic {
  /** The first and the third belong to the first opening, the second to the second. */
  readonly subjects: readonly string[];
  readonly opening: readonly string[];
  /** What an agent asks or says first. */
  readonly reply: string;
  /** What the customer answers. */
  readonly detail: string;
  /** The team's internal note. */
  readonly note: string;
  readonly solution: string;
  readonly tags: readonly string[];
  /** A value of the custom field `area`. */
  readonly area: 'backend' | 'frontend' | 'data_import' | 'security';
  /** The team that is responsible. */
  readonly team: 'Support' | 'Escalations' | 'Billing' | 'Onboarding';
  /** How frequent it is, relative to the others. */
  readonly weight: number;
}

export const TOPICS: readonly Topic[] = [
  {
    subjects: [
      'CSV export stops at 10,000 rows',
      'Export of all orders is incomplete',
      'Monthly export has rows missing',
    ],
    opening: [
      'we export our orders on the first of every month, and this time the file ends in the middle of the list.',
      'the export finished without an error, but the file has fewer rows than the page shows.',
    ],
    reply:
      'Thanks for reporting this. Could you tell me which date range you chose, and roughly how many rows you expected?',
    detail: 'The whole of last month. The page says 14,212 orders and the file has exactly 10,000 lines.',
    note: 'Reproduced with a large account. The old exporter ignores the page cursor after the first batch.',
    solution:
      'The limit is gone since this morning’s release. Please run the export once more: it should now hold every row.',
    tags: ['bug', 'data-export'],
    area: 'backend',
    team: 'Support',
    weight: 6,
  },
  {
    subjects: [
      'SSO login loops back to the sign-in page',
      'SAML error for new employees',
      'Cannot sign in since we switched on SSO',
    ],
    opening: [
      'since we turned on single sign-on yesterday, about half of our colleagues end up back on the sign-in page.',
      'new employees get “no matching user” when they sign in with our identity provider.',
    ],
    reply:
      'I am sorry about that. Could you send us the time of a failed attempt and the e-mail address that was used?',
    detail:
      'The last one was at 09:42 today. Our provider sends the address in capital letters, if that matters.',
    note: 'The address in the assertion is compared case-sensitively. Needs a fix in the auth service, workaround exists.',
    solution:
      'Addresses are now compared without regard to case, and all affected colleagues can sign in again.',
    tags: ['bug', 'access'],
    area: 'security',
    team: 'Escalations',
    weight: 5,
  },
  {
    subjects: [
      'Invoice shows the wrong VAT number',
      'Billing address on the invoice is outdated',
      'Please correct our last invoice',
    ],
    opening: [
      'the invoice for this month still carries our old VAT number. Could you issue a corrected one?',
      'we moved offices in spring, and our invoices still show the former address.',
    ],
    reply: 'Of course. Please confirm the exact number and address that the invoice should carry.',
    detail: 'The number is on the attached registration. The address should be the one in our profile.',
    note: 'Profile was changed after the invoice run. Credit note plus new invoice.',
    solution: 'You will find a credit note and a corrected invoice under Settings → Billing.',
    tags: ['billing'],
    area: 'backend',
    team: 'Billing',
    weight: 5,
  },
  {
    subjects: [
      'We were charged twice this month',
      'Unexpected charge for extra seats',
      'Duplicate charge on our card',
    ],
    opening: [
      'our card statement shows two charges of the same amount on the same day.',
      'we were billed for five more seats than we have people.',
    ],
    reply:
      'Thank you for writing in. I am checking this with our payments team and will come back to you today.',
    detail: 'Here are the last four digits of the card and the dates of both charges.',
    note: 'The first charge was reversed by the bank, shows as pending only. Wait for settlement.',
    solution:
      'The second charge has been refunded. It takes three to five working days to appear on your statement.',
    tags: ['billing', 'refund'],
    area: 'backend',
    team: 'Billing',
    weight: 4,
  },
  {
    subjects: [
      'Dashboard takes a minute to load',
      'Page times out when we filter by region',
      'Reports are very slow this week',
    ],
    opening: [
      'our main dashboard used to open at once and now takes more than a minute, sometimes it times out.',
      'as soon as we filter the report by region, the page only shows a spinner.',
    ],
    reply: 'Thanks for the details. Is it slow for all of your colleagues, and at any time of the day?',
    detail: 'For everybody, but it is worst between nine and eleven in the morning.',
    note: 'The query scans the whole events table for accounts with more than 50 dashboards. Index is on its way.',
    solution:
      'We added an index for your largest tables; the dashboard now opens in less than two seconds for us. How is it on your side?',
    tags: ['bug', 'performance'],
    area: 'backend',
    team: 'Escalations',
    weight: 5,
  },
  {
    subjects: [
      'Webhook deliveries stopped on Friday',
      'Webhooks arrive twice',
      'No webhooks since the weekend',
    ],
    opening: [
      'since Friday evening our endpoint has not received a single webhook, although events are listed in the log.',
      'every event reaches us twice, a few seconds apart, and our system then books it twice.',
    ],
    reply:
      'I see the deliveries in our log. Does your endpoint answer within ten seconds, and with which status?',
    detail: 'It answers with 202, but it can take up to fifteen seconds at peak times.',
    note: 'Timeouts lead to a retry, as designed. The customer should acknowledge first and process later.',
    solution:
      'Please answer before you process the event, and use the event id to tell repeats. The guide has an example for both.',
    tags: ['integration', 'how-to'],
    area: 'backend',
    team: 'Support',
    weight: 4,
  },
  {
    subjects: [
      'How do I invite external consultants?',
      'Which role may edit reports?',
      'Can guests see a single project only?',
    ],
    opening: [
      'we work with two consultants who should see one project, but nothing else. Is there a role for that?',
      'I would like a colleague to edit reports without seeing our billing. Which role do you recommend?',
    ],
    reply:
      'The role “Guest” fits here: it sees only what is shared with it. Shall I walk you through the settings?',
    detail: 'Yes please. And can we set an end date for the access?',
    note: 'End dates for guests are on the roadmap; link this to the feature request.',
    solution:
      'You find it under Settings → Members → Invite guest. An end date is not there yet; I have added your vote to the request.',
    tags: ['question', 'how-to', 'access'],
    area: 'security',
    team: 'Onboarding',
    weight: 5,
  },
  {
    subjects: [
      'Contacts import skips 300 rows',
      'Dates are wrong after the import',
      'Import ends with a warning',
    ],
    opening: [
      'our import of contacts ended with a warning and skipped about 300 rows, without saying which.',
      'after the import all dates are a month off: the third of April became the fourth of March.',
    ],
    reply: 'Could you share the first ten lines of the file? You can remove anything confidential.',
    detail: 'Attached. The file comes from our old system, with semicolons and German dates.',
    note: 'The date format is guessed from the first row. Ask for an explicit setting in the importer.',
    solution:
      'Please choose the date format in step two of the import. I have run it for your file, and all rows are in.',
    tags: ['data-import', 'question'],
    area: 'data_import',
    team: 'Onboarding',
    weight: 5,
  },
  {
    subjects: [
      'Could reports be sent on a schedule?',
      'Bulk edit for tags would help us',
      'Feature request: weekly report by e-mail',
    ],
    opening: [
      'we would love to send the weekly report to our managers automatically, every Monday morning.',
      'changing a tag on hundreds of records takes us hours. A bulk edit would be a great help.',
    ],
    reply: 'Great idea, thank you. How do you solve this today, and how many people would use it?',
    detail: 'Somebody exports the report by hand every week. About twenty people read it.',
    note: 'Third request this quarter. Linked to the item on the product board.',
    solution: 'I have added your case to the request on our board; you will be notified when it ships.',
    tags: ['feature-request'],
    area: 'frontend',
    team: 'Support',
    weight: 4,
  },
  {
    subjects: [
      'Mobile app crashes on start',
      'Notifications do not arrive on my phone',
      'App closes right after the start screen',
    ],
    opening: [
      'since the update of the app yesterday it closes right after the start screen.',
      'notifications arrive on my laptop, but not on my phone any more.',
    ],
    reply: 'Sorry for the trouble. Which version of the app do you have, and which phone?',
    detail:
      'Version 4.12, on a phone that is two years old. A colleague with the same model has the same problem.',
    note: 'Crash reports show a missing permission on older systems. Fix is in 4.12.1, in review at the stores.',
    solution: 'Version 4.12.1 is available in the stores and fixes the crash. Please update and let us know.',
    tags: ['bug', 'mobile'],
    area: 'frontend',
    team: 'Support',
    weight: 4,
  },
  {
    subjects: [
      'API returns 429 although we are below the limit',
      'API token stopped working',
      'Which rate limits apply to our plan?',
    ],
    opening: [
      'our nightly job gets 429 answers, although by our count we stay far below the limit.',
      'our API token was refused this morning. Nobody here has changed anything.',
    ],
    reply: 'I can see the requests. Do several of your jobs share the same token?',
    detail: 'Yes, three of them, and all start at two in the morning.',
    note: 'Limits are counted per token. Suggest one token per job, and to spread the start times.',
    solution:
      'With one token for each job the errors should be gone. The table of limits is in the API reference.',
    tags: ['integration', 'question'],
    area: 'backend',
    team: 'Support',
    weight: 3,
  },
  {
    subjects: [
      'Questions before our renewal',
      'We are thinking of cancelling',
      'Can we move to the annual plan?',
    ],
    opening: [
      'our contract ends in two months, and we would like to compare the annual plan with what we have.',
      'we use less than half of our seats and wonder whether the smaller plan would do.',
    ],
    reply:
      'Happy to help. I have put together your usage of the last six months; shall we go through it in a call?',
    detail: 'Thursday afternoon would suit us. Our finance lead would like to join.',
    note: 'Account owner informed. Usage dropped after their reorganisation in spring.',
    solution:
      'Thanks for the call. The offer that we talked about is attached, valid until the end of the month.',
    tags: ['billing', 'churn-risk'],
    area: 'frontend',
    team: 'Billing',
    weight: 2,
  },
];
