import type { World } from '../src/sandbox/world.ts';

/** How many objects a workspace gets of the tables of which a made-up one has few. */
const WANTED: Readonly<Record<string, number>> = {
  custom_objects: 1_240,
  call_recordings: 1_500,
  email_suppressions: 2_500,
  feature_requests: 320,
  account_relationships: 120,
  activity_types: 30,
  training_data: 40,
};

/** Adds objects like those that there are, until there are as many as wanted. */
export function addMore(world: World): void {
  for (const [resource, wanted] of Object.entries(WANTED)) {
    const like = [...world.all(resource)];
    for (let n = 0; world.count(resource) < wanted; n += 1) {
      const { object, path } = like[n % like.length] ?? { object: {}, path: {} };
      const { id: _, ...fields } = object;
      world.create(
        resource,
        { ...fields, ...(resource === 'activity_types' ? { slug: `more_${n}` } : {}) },
        path,
      );
    }
  }
}
