import { expect } from 'vitest';
import type { RequestRecord } from '../../src/sandbox/server/requests.ts';
import bodies from '../fixtures/bodies.json' with { type: 'json' };

/** Of each endpoint that changes something, the fields that Pylon documents, `!` where required, and their types. */
const DOCUMENTED: Readonly<Record<string, Readonly<Record<string, string>>>> = bodies;

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return `${value.length === 0 ? '' : typeOf(value[0])}[]`;
  return Number.isInteger(value) ? 'integer' : typeof value;
};

/** What in a request's body Pylon's documentation does not allow. */
function strange({ endpoint, body }: RequestRecord): readonly string[] {
  const fields = DOCUMENTED[endpoint.replaceAll(/\{\w+\}/g, '{}')];
  if (fields === undefined) return [`${endpoint} is not documented`];
  const given = (body ?? {}) as Readonly<Record<string, unknown>>;
  const missing = Object.keys(fields).filter(
    (field) => field.endsWith('!') && !(field.slice(0, -1) in given),
  );
  return [
    ...missing.map((field) => `${endpoint} without ${field}`),
    ...Object.entries(given).flatMap(([field, value]) => {
      const type = fields[field] ?? fields[`${field}!`];
      if (type === undefined) return [`${endpoint} with ${field}`];
      const isEmptyList = Array.isArray(value) && value.length === 0 && type.endsWith('[]');
      return typeOf(value) === type || isEmptyList ? [] : [`${endpoint}: ${field} is ${typeOf(value)}`];
    }),
  ];
}

/** Every change that was asked for has a body as Pylon documents it. */
export function expectDocumentedBodies(requests: readonly RequestRecord[]): void {
  const changes = requests.filter(
    ({ method, endpoint }) => ['POST', 'PATCH', 'PUT'].includes(method) && !endpoint.endsWith('/search'),
  );
  expect([...new Set(changes.flatMap(strange))], 'bodies that Pylon does not document').toEqual([]);
}
