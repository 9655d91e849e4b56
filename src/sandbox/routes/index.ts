import type { Route } from '../route.ts';
import { accountRoutes } from './accounts.ts';
import { articleRoutes } from './articles.ts';
import { contactRoutes } from './contacts.ts';
import { issueCreateRoutes } from './issue-create.ts';
import { issueWriteRoutes } from './issue-writes.ts';
import { issueRoutes } from './issues.ts';
import { knowledgeRoutes } from './knowledge.ts';
import { knowledgeWriteRoutes } from './knowledge-writes.ts';
import { messageRoutes } from './messages.ts';
import { peopleRoutes } from './people.ts';
import { settingsRoutes } from './settings.ts';
import { settingsWriteRoutes } from './settings-writes.ts';
import { workRoutes } from './work.ts';
import { workWriteRoutes } from './work-writes.ts';

/** Every endpoint, fixed segments before placeholders. */
export const routes: readonly Route[] = [
  ...peopleRoutes,
  ...accountRoutes,
  ...contactRoutes,
  ...issueRoutes,
  ...issueCreateRoutes,
  ...issueWriteRoutes,
  ...messageRoutes,
  ...settingsRoutes,
  ...settingsWriteRoutes,
  ...workRoutes,
  ...workWriteRoutes,
  ...knowledgeRoutes,
  ...knowledgeWriteRoutes,
  ...articleRoutes,
];
