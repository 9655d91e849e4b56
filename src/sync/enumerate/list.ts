import { ahead } from '../../pylon/ahead.ts';
import { PylonError } from '../../pylon/errors.ts';
import { pages } from '../../pylon/pages.ts';
import type { Listing } from '../../pylon/types.ts';
import type { Query } from '../../resources/define.ts';
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
  let cursor = position.cursor ?? undefined;
  let refused = 0;
  for (let variant = position.variant ?? 0; variant < listing.variants.length; variant += 1) {
    try {
      await readVariant(pass, listing, variant, cursor);
    } catch (error) {
      if (!(error instanceof PylonError) || error.status !== 400) throw error;
      if (cursor !== undefined) {
        // A cursor kept over a long pause may have expired; Pylon says nothing of how long one lives.
        pass.ctx.log.warn(
          { resource: pass.resource.name, reason: error.message },
          'cursor refused, beginning again',
        );
        await readVariant(pass, listing, variant, undefined);
      } else {
        // An older or newer server may not know one of the variants; that none is known is an error.
        refused += 1;
        if (refused === listing.variants.length) throw error;
        pass.ctx.log.warn(
          { resource: pass.resource.name, reason: error.message },
          'part of a listing refused',
        );
      }
    }
    cursor = undefined;
  }
}

async function readVariant(
  pass: Pass,
  { method, path, limit, variants }: Enumeration,
  variant: number,
  cursor: string | undefined,
): Promise<void> {
  const facts = variants[variant] ?? {};
  const listed = pages(pass.pylon, {
    method,
    route: path,
    arguments: facts,
    limit,
    cursor,
    signal: pass.signal,
  });
  for await (const page of ahead(listed)) {
    pass.progress.pages += 1;
    const next = page.next === null ? { variant: variant + 1, cursor: null } : { variant, cursor: page.next };
    await pass.keep({ objects: page.objects, facts: {}, order: page.order }, (tx) => pass.save(tx, next));
    pass.step('stored a page');
  }
}
