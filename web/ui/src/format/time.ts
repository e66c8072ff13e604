/** Moments in the reader's zone and language; all take milliseconds since 1970. */

import { locale } from "../i18n/language";

const formats = new Map<string, Intl.DateTimeFormat>();
const DAY_MILLISECONDS = 86_400_000;

/** `14:03:21`. */
export function formatTime(milliseconds: number): string {
  return format({ timeStyle: "medium" }).format(milliseconds);
}

/** `25 Nov 2026, 14:03:21`. */
export function formatDateTime(milliseconds: number): string {
  return format({ dateStyle: "medium", timeStyle: "medium" }).format(milliseconds);
}

/** The time alone for moments of less than a day from now, else the date with it. */
export function formatMoment(milliseconds: number, now: number): string {
  const isNear = Math.abs(now - milliseconds) < DAY_MILLISECONDS;
  return isNear ? formatTime(milliseconds) : formatDateTime(milliseconds);
}

/** `3 minutes ago`, `in 2 hours`. */
export function formatRelative(milliseconds: number, now: number): string {
  const seconds = Math.round((milliseconds - now) / 1000);
  const [unit, length] = RELATIVE.find(([, one]) => Math.abs(seconds) >= one) ?? ["second", 1];
  const words = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto", style: "short" });
  return words.format(Math.trunc(seconds / length), unit);
}

const RELATIVE: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** A date-time format of the present locale, made once for each set of options. */
export function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value} ${JSON.stringify(options)}`;
  let formatter = formats.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale.value, options);
    formats.set(key, formatter);
  }
  return formatter;
}
