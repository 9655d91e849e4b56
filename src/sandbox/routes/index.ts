import type { Route } from '../route.ts';
import { issueRoutes } from './issues.ts';
import { knowledgeRoutes } from './knowledge.ts';
import { peopleRoutes } from './people.ts';
import { settingsRoutes } from './settings.ts';
import { workRoutes } from './work.ts';

/** Every endpoint, fixed segments before placeholders. */
export const routes: readonly Route[] = [
  ...peopleRoutes,
  ...issueRoutes,
  ...settingsRoutes,
  ...workRoutes,
  ...knowledgeRoutes,
];
