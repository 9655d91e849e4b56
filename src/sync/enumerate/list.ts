import { PylonError } from '../../pylon/errors.ts';
import type { Listing } from '../../pylon/types.ts';
import type { Query } from '../../resources/define.ts';
import { batches } from '../batches.ts';
import type { Pass, PassPosition } from '../pass.ts';

interface ListPosition extends PassPosition {
  /** Variants finished. */
  readonly variant?: number;
  /** Cursor of the next page of the present variant; null at its beginning. */
  readonly cursor?: string | null;
}

interface Enumeration {
  readonly method: Listing['method'];
  readonly path: string;
  readonly limit?: number | undefined;
  readonly variants: readonly Query[];
}

/** A listing of the whole resource, page by page, resumed at the page after the last one stored. */
export async function enumerateList(pass: Pass, listing: Enumeration): Promise<void> {
  const position: ListPosition = pass.position;
  const first = position.variant ?? 0;
  let refused = 0;
  for (let variant = first; variant < listing.variants.length; variant += 1) {
    const cursor = variant === first ? (position.cursor ?? undefined) : undefined;
    try {
      await readVariant(pass, listing, variant, cursor);
    } catch (error) {
      // An older or newer server may not know one of the variants; that none is known is an error.
      if (!(error instanceof PylonError) || error.status !== 400) throw error;
      refused += 1;
      if (refused === listing.variants.length) throw error;
      pass.ctx.log.warn({ resource: pass.resource.name, reason: error.message }, 'part of a listing refused');
    }
  }
}

async function readVariant(
  pass: Pass,
  { method, path, limit, variants }: Enumeration,
  variant: number,
  cursor: string | undefined,
): Promise<void> {
  const listing = { method, route: path, arguments: variants[variant] ?? {}, limit, cursor };
  for await (const { page, batch } of batches(pass, listing)) {
    const next = page.next === null ? { variant: variant + 1, cursor: null } : { variant, cursor: page.next };
    await pass.keep(batch, (tx) => pass.save(tx, next));
    pass.step('stored a page');
  }
}
