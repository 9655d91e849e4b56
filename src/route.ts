const PLACEHOLDER = /\{(\w*)\}/g;

/** Names of a route's placeholders, in their order: of `/a/{id}/b/{slug}` these are `id` and `slug`. */
export const placeholdersIn = (route: string): readonly string[] =>
  [...route.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');

/** The same without `id`: what a path takes beside the id of the record that it names. */
export const factsIn = (route: string): readonly string[] =>
  placeholdersIn(route).filter((name) => name !== 'id');

/** A route with each placeholder replaced, by its name. What is put in its place is taken as it is. */
export const withPlaceholders = (route: string, fill: (name: string) => string): string =>
  route.replace(PLACEHOLDER, (_, name: string) => fill(name));
