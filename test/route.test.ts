import { expect, test } from 'vitest';
import { factsIn, placeholdersIn, withPlaceholders } from '../src/route.ts';

const ROUTE = '/knowledge-bases/{knowledge_base_id}/articles/{id}';

test('placeholders are named in the order in which they stand, facts without the id', () => {
  expect(placeholdersIn(ROUTE)).toEqual(['knowledge_base_id', 'id']);
  expect(factsIn(ROUTE)).toEqual(['knowledge_base_id']);
  expect(placeholdersIn('GET /tags')).toEqual([]);
  expect(placeholdersIn('/a/{b-c}/{}')).toEqual(['']);
});

test('each placeholder is replaced by what its name stands for, and nothing else is', () => {
  expect(withPlaceholders(ROUTE, (name) => name.toUpperCase())).toBe(
    '/knowledge-bases/KNOWLEDGE_BASE_ID/articles/ID',
  );
  expect(withPlaceholders('/a/{id}', () => '$&{id}')).toBe('/a/$&{id}');
  expect(withPlaceholders('/a/{}', () => '{}')).toBe('/a/{}');
});
