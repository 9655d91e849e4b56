/**
 * Requests a minute of every operation Pylon documents, by route. Kept apart from the program's own table,
 * and arranged otherwise, so that a slip in either shows.
 */
const PER_MINUTE = `
  /accounts: GET 300, PATCH 120, POST 300
  /accounts/merge: POST 30
  /accounts/search: POST 120
  /accounts/{account_id}/highlights: POST 30
  /accounts/{account_id}/highlights/{highlight_id}: DELETE 120, PATCH 120
  /accounts/{account_id}/relationship: POST 120
  /accounts/{account_id}/relationships: GET 300
  /accounts/{account_id}/relationships/{relationship_id}: DELETE 120
  /accounts/{id}: DELETE 30, GET 300, PATCH 300
  /accounts/{id}/activities: POST 120
  /accounts/{id}/files: POST 30
  /activity-types: GET 30
  /attachments: POST 30
  /audit-logs: GET 300
  /audit-logs/search: POST 30
  /call-recordings/search: POST 120
  /call-recordings/{id}: DELETE 120, GET 300, PATCH 120
  /contacts: GET 300, POST 300
  /contacts/search: POST 120
  /contacts/{id}: DELETE 30, GET 300, PATCH 300
  /custom-fields: GET 300, POST 120
  /custom-fields/{id}: GET 300, PATCH 120
  /custom-objects/{type}: GET 300, PATCH 120, POST 120
  /custom-objects/{type}/search: POST 120
  /custom-objects/{type}/{id}: DELETE 120, GET 300, PATCH 120
  /email-suppressions: GET 300
  /feature-requests: POST 120
  /feature-requests/search: POST 120
  /feature-requests/{id}: DELETE 120, GET 300, PATCH 120
  /feature-requests/{id}/set-portal-visibility: POST 120
  /import/contacts: POST 120
  /import/issues: POST 120
  /import/issues/{id}/messages: POST 120
  /integrations/devin/disconnect: POST 30
  /issue-statuses: GET 30
  /issues: GET 30, POST 30
  /issues/search: POST 120
  /issues/{id}: DELETE 120, GET 300, PATCH 120
  /issues/{id}/ai-response: POST 120
  /issues/{id}/external-issues: POST 120
  /issues/{id}/followers: GET 300, POST 120
  /issues/{id}/messages: GET 120
  /issues/{id}/messages/{message_id}: DELETE 30
  /issues/{id}/messages/{message_id}/redact: POST 120
  /issues/{id}/note: POST 30
  /issues/{id}/reply: POST 30
  /issues/{id}/snooze: POST 120
  /issues/{id}/threads: GET 120, POST 120
  /issues/{id}/voice-calls: GET 120
  /knowledge-bases: GET 300
  /knowledge-bases/{id}: GET 300
  /knowledge-bases/{id}/articles: GET 120, POST 30
  /knowledge-bases/{id}/articles/{article_id}: DELETE 120, GET 300, PATCH 120
  /knowledge-bases/{id}/articles/{article_id}/request-review: POST 30
  /knowledge-bases/{id}/collections: GET 120, POST 30
  /knowledge-bases/{id}/collections/{collection_id}: DELETE 30, GET 120, PATCH 30
  /knowledge-bases/{id}/route-redirects: POST 30
  /macro-groups: GET 300
  /macros: GET 300, POST 300
  /macros/{id}: GET 300, PATCH 300
  /me: GET 300
  /milestones: POST 300
  /milestones/{id}: DELETE 300, GET 300, PATCH 300
  /projects: POST 300
  /projects/search: POST 120
  /projects/{id}: DELETE 120, GET 300, PATCH 300
  /surveys: GET 300
  /surveys/search: POST 120
  /surveys/{id}: GET 300
  /surveys/{id}/responses: GET 300
  /tags: GET 300, POST 300
  /tags/{id}: DELETE 30, GET 300, PATCH 30
  /tasks: GET 300, POST 300
  /tasks/search: POST 120
  /tasks/{id}: DELETE 120, GET 300, PATCH 300
  /tasks/{id}/comments: GET 300, POST 120
  /tasks/{id}/comments/{comment_id}: DELETE 120, PATCH 120
  /teams: GET 300, POST 30
  /teams/{id}: GET 300, PATCH 120
  /ticket-forms: GET 300
  /ticket-forms/{id}: GET 300
  /training-data: GET 300, POST 30
  /training-data/upload: POST 30
  /training-data/upload-content: POST 30
  /training-data/{id}: GET 300
  /training-data/{id}/documents: DELETE 30
  /user-roles: GET 300
  /users: GET 300
  /users/search: POST 120
  /users/{id}: GET 300, PATCH 120
`;

export interface Documented {
  /** `GET /issues/{id}` */
  readonly endpoint: string;
  readonly perMinute: number;
}

export const documented: readonly Documented[] = PER_MINUTE.trim()
  .split('\n')
  .flatMap((line) => {
    const [route = '', operations = ''] = line.trim().split(': ');
    return operations.split(', ').map((operation) => {
      const [method, perMinute] = operation.split(' ');
      return { endpoint: `${method} ${route}`, perMinute: Number(perMinute) };
    });
  });
