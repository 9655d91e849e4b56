import type { Span } from '../../db/deletions/scans.ts';
import { PylonError } from '../../pylon/errors.ts';
import type { Listing } from '../../pylon/types.ts';
import type { Query } from '../../resources/define.ts';
import { eachBatch } from '../pass/batches.ts';
import type { Pass, PassPosition } from '../pass/pass.ts';

interface ListPosition extends PassPosition {
  /** The number of finished variants. */
  readonly variant?: number;
  /** Cursor of the next page of the present variant; null at its beginning. */
  readonly cursor?: string | null;
  /** Variants that Pylon refused; their records were not listed. */
  readonly refused?: readonly number[];
}

interface Enumeration {
  readonly method: Listing['method'];
  readonly path: string;
  readonly limit?: number | undefined;
  readonly variants: readonly Query[];
}

/**
 * Lists the whole resource page by page, resuming after the last page stored. Returns the span of the listing:
 * everything but the refused variants.
 */
export async function enumerateList(pass: Pass, listing: Enumeration): Promise<Span> {
  const position: ListPosition = pass.position;
  const { variants } = listing;
  const first = position.variant ?? 0;
  const refused = [...(position.refused ?? [])];
  for (let variant = first; variant < variants.length; variant += 1) {
    const cursor = variant === first ? (position.cursor ?? undefined) : undefined;
    try {
      await readVariant(pass, listing, { variant, cursor, refused });
    } catch (error) {
      // An older or newer server may not know one of the variants. If it knows none, that is an error.
      if (!(error instanceof PylonError) || error.status !== 400) throw error;
      refused.push(variant);
      if (refused.length === variants.length) throw error;
      pass.ctx.log.warn({ resource: pass.resource.name, reason: error.message }, 'part of a listing refused');
    }
  }
  return { except: refused.map((variant) => variants[variant] ?? {}) };
}

async function readVariant(
  pass: Pass,
  { method, path, limit, variants }: Enumeration,
  at: { readonly variant: number; readonly cursor: string | undefined; readonly refused: readonly number[] },
): Promise<void> {
  const { variant, cursor, refused } = at;
  const listing = { method, route: path, arguments: variants[variant] ?? {}, limit, cursor };
  await eachBatch(pass, listing, {}, async ({ page, batch }) => {
    const next = page.next === null ? { variant: variant + 1, cursor: null } : { variant, cursor: page.next };
    await pass.keep(batch, (tx) => pass.save(tx, { ...next, refused }));
    pass.step('stored a page');
  });
}
