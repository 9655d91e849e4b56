import { resources } from '../../resources/index.ts';
import { editSummary, freshness } from './freshness.ts';
import { historyViews } from './history.ts';
import { listViews } from './lists.ts';
import { metricViews } from './metrics.ts';
import { objectView } from './objects.ts';
import type { View } from './view.ts';

/** All views of schema `pylon_bi` for people, without the columns of custom fields. */
export const views: readonly View[] = [
  ...resources.map(objectView),
  ...resources.flatMap(listViews),
  ...metricViews,
  freshness,
  editSummary,
  ...historyViews,
];
