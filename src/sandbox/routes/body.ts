import { z } from 'zod';
import { parseInstant } from '../data/instants.ts';
import { badRequest } from './refusal.ts';
import type { Call } from './route.ts';

/** Parts of bodies that several writes share, as in Pylon's document. */
export const texts = z.array(z.string());
export const time = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, 'must be a time in RFC 3339');
export const filled = z.string().refine((text) => text.trim() !== '', 'must not be empty');
export const externalIds = z.array(z.strictObject({ external_id: filled, label: z.string() }));
export const customFieldWrites = z.array(
  z.strictObject({ slug: z.string(), value: z.string().exactOptional(), values: texts.exactOptional() }),
);
export const visibilityConfig = z.strictObject({
  visibility: z.enum(['public', 'customer', 'internal_only']).exactOptional(),
  ai_agent_access: z.enum(['inherit', 'none', 'specific_agents']).exactOptional(),
  allowed_agent_ids: texts.exactOptional(),
  customer_visibility_condition: z.unknown().optional(),
});

/**
 * The body of a write. A field that is `null` counts as not sent.
 *
 * @throws Refusal (400), which names every field that is not documented or has another type.
 */
export function bodyOf<Shape extends z.ZodType>(call: Call, shape: Shape): z.output<Shape> {
  const { body } = call;
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw badRequest('the body must be a JSON object');
  }
  const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const result = shape.safeParse(sent);
  if (result.success) return result.data;
  throw badRequest(result.error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')));
}
