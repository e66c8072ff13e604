/** For how long to silence: what is mostly meant. */

import { t } from "../../i18n";

export const SPANS = ["1h", "2h", "8h", "morning"] as const;

export type Span = (typeof SPANS)[number];

const HOURS: Readonly<Record<Exclude<Span, "morning">, number>> = { "1h": 1, "2h": 2, "8h": 8 };
const MORNING_HOUR = 8;
const HOUR_MILLISECONDS = 3_600_000;

/** When a span that begins at a moment ends; all in milliseconds. */
export function endOf(span: Span, start: number): number {
  return span === "morning" ? nextMorning(start) : start + HOURS[span] * HOUR_MILLISECONDS;
}

/** What a span is called: `For 2 hours`, `Until 8:00 tomorrow`. */
export function spanText(span: Span): string {
  return span === "morning" ? t("silences.span.morning") : t("silences.span.hours", { count: HOURS[span] });
}

/** The next eight o'clock of the reader's own clock, at least an hour away. */
function nextMorning(start: number): number {
  const morning = new Date(start);
  morning.setHours(MORNING_HOUR, 0, 0, 0);
  while (morning.getTime() < start + HOUR_MILLISECONDS) morning.setDate(morning.getDate() + 1);
  return morning.getTime();
}
