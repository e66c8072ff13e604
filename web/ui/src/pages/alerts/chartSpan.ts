/** Which time an alert's charts show. */

import type { AlertView } from "../../api/types";

const LEAST_BEFORE_SECONDS = 1800;
const LEAST_AFTER_SECONDS = 300;
const MOST_SECONDS = 30 * 86_400;

/** Unix seconds: some time before it began, and some after it ended; `now` in milliseconds. */
export function chartSpan(
  { since, resolved_at: resolved }: AlertView,
  now: number,
): [start: number, end: number] {
  const begin = Date.parse(since) / 1000;
  const end = (resolved ? Date.parse(resolved) : now) / 1000;
  const length = Math.max(0, end - begin);
  const after = resolved ? Math.max(LEAST_AFTER_SECONDS, length / 4) : 0;
  const last = Math.ceil(Math.min(end + after, now / 1000));
  const first = Math.floor(begin - Math.max(LEAST_BEFORE_SECONDS, length / 2));
  return [Math.max(first, last - MOST_SECONDS), last];
}
