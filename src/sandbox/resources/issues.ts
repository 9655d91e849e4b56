import type { Fields, Row } from '../data/rows.ts';
import type { State } from '../data/state.ts';
import { freeCustomFields, idAlone, listOf, pick } from '../routes/community.ts';
import { at, hidden, LIST, REFERENCE, SOME, TEXT, time } from '../routes/fields.ts';
import { route, shown } from '../routes/route.ts';
import { searchRoute } from '../routes/search.ts';
import { removed } from '../routes/writes.ts';
import type { Resource } from './define.ts';
import { createIssue } from './issues/create.ts';
import { issueOf } from './issues/find.ts';
import { issueTable } from './issues/generate.ts';
import { importIssue, importMessages } from './issues/import.ts';
import { listIssues } from './issues/list.ts';
import { changeExternalIssues, snoozeIssue, updateIssue } from './issues/update.ts';

export const issues: Resource = {
  name: 'issues',
  generate: (generator) => ({ table: issueTable(generator) }),
  routes: [
    route('GET /issues', 'low', listIssues, { whenEmpty: 'absent', lastPageBare: true }),
    searchRoute('POST /issues/search', 'middle', 'issues', {
      whenEmpty: 'absent',
      customFields: 'issue',
      text: ['title', 'body_html'],
      filters: (state) => ({
        created_at: time('created_at'),
        updated_at: time('updated_at'),
        resolved_at: time('resolution_time'),
        latest_message_activity_at: time('latest_message_time'),
        account_id: at('account.id', REFERENCE),
        requester_id: at('requester.id', REFERENCE),
        assignee_id: at('assignee.id', REFERENCE),
        team_id: at('team.id', SOME),
        ticket_form_id: hidden(REFERENCE),
        state: at('state', SOME),
        issue_type: at('type', REFERENCE),
        tags: at('tags', LIST),
        title: at('title', TEXT),
        body_html: at('body_html', TEXT),
        slack_channel_id: at('slack.channel_id', SOME),
        follower_user_id: followers(state, 'user'),
        follower_contact_id: followers(state, 'contact'),
      }),
    }),
    route('GET /issues/{id}', 'high', (call) => shown(call, 'issues', issueOf(call))),
    route('POST /issues', 'low', createIssue),
    route('POST /import/issues', 'middle', importIssue),
    route('POST /import/issues/{id}/messages', 'middle', importMessages),
    route('PATCH /issues/{id}', 'middle', updateIssue),
    route('DELETE /issues/{id}', 'middle', (call) => removed(call, 'issues', issueOf(call))),
    route('POST /issues/{id}/snooze', 'middle', snoozeIssue),
    route('POST /issues/{id}/external-issues', 'middle', changeExternalIssues),
  ],
  community: {
    object: (object) => ({
      ...pick(object, ['id', 'number', 'title', 'body_html', 'state', 'created_at', 'updated_at', 'tags']),
      ...pick(object, [
        'attachment_urls',
        'external_issues',
        'first_response_time',
        'resolution_time',
        'snoozed_until_time',
      ]),
      account: idAlone(object.account),
      requester: idAlone(object.requester),
      assignee: idAlone(object.assignee),
      team: object.team,
      custom_fields: freeCustomFields(object.custom_fields),
    }),
    bodies: {
      'POST /issues': ({ state: _, ...body }) => ({ body_html: '', ...body }),
      'PATCH /issues/{id}': ({ priority, ...body }) =>
        priority === undefined
          ? body
          : {
              ...body,
              custom_fields: [...listOf(body.custom_fields), { slug: 'priority', value: priority }],
            },
      'POST /issues/{id}/snooze': ({ snooze_until_time }) => ({ snooze_until: snooze_until_time }),
      'POST /issues/{id}/external-issues': ({ link, unlink }) => {
        const [linked] = listOf(link) as Fields[];
        return linked === undefined
          ? { source: 'linear', external_issue_id: listOf(unlink)[0], operation: 'unlink' }
          : { source: linked.source, external_issue_id: linked.external_id, operation: 'link' };
      },
    },
  },
};

/** The ids of an issue's followers of one type. */
const followers = (state: State, type: 'user' | 'contact') => ({
  operators: SOME,
  read: ({ key }: Row) =>
    state
      .table('issue_followers')
      .under(key)
      .filter((row) => row.object.type === type)
      .map((row) => row.object.id),
});
