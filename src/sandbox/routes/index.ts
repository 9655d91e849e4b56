import { accountRoutes } from '../resources/accounts.ts';
import { articleRoutes } from '../resources/articles.ts';
import { contactRoutes } from '../resources/contacts.ts';
import { messageRoutes } from '../resources/issue_messages.ts';
import { issueCreateRoutes } from '../resources/issues/create.ts';
import { issueWriteRoutes } from '../resources/issues/update.ts';
import { issueRoutes } from '../resources/issues.ts';
import { knowledgeRoutes } from './knowledge.ts';
import { knowledgeWriteRoutes } from './knowledge-writes.ts';
import { peopleRoutes } from './people.ts';
import type { Route } from './route.ts';
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
