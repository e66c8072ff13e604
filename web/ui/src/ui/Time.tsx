/** Moments, spans and ages as text. */

import { formatAge } from "../format/duration";
import { formatDateTime, formatMoment, formatRelative } from "../format/time";
import { now } from "../state/clock";

/** A moment (RFC 3339 or milliseconds): the time of today, else the date; the whole of it at rest. */
export function Time({ at, isRelative = false }: { at: string | number; isRelative?: boolean }) {
  const milliseconds = typeof at === "number" ? at : Date.parse(at);
  const text = isRelative ? formatRelative(milliseconds, now.value) : formatMoment(milliseconds, now.value);
  return (
    <time dateTime={new Date(milliseconds).toISOString()} title={formatDateTime(milliseconds)}>
      {text}
    </time>
  );
}

/** How long a moment (milliseconds) is ago, anew each second: `4s`. */
export function Age({ since }: { since: number }) {
  return (
    <time dateTime={new Date(since).toISOString()} title={formatDateTime(since)}>
      {formatAge((now.value - since) / 1000)}
    </time>
  );
}
