/** Lists that come in pages. */

import { get, type Query } from "./http";
import type { Page } from "./types";

const PAGE_SIZE = 1000;

/** Every item of a list, page after page, at most `limit`; throws ApiProblem. */
export async function getAll<Item>(
  path: string,
  query: Query = {},
  options: { limit?: number; signal?: AbortSignal } = {},
): Promise<Item[]> {
  const limit = options.limit ?? 10_000;
  const items: Item[] = [];
  for (;;) {
    const size = Math.min(PAGE_SIZE, limit - items.length);
    const page = await get<Page<Item>>(path, {
      query: { ...query, offset: items.length, limit: size },
      ...(options.signal ? { signal: options.signal } : {}),
    });
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= Math.min(page.total, limit)) return items;
  }
}
