/** Spans of time. */

import { formatNumber, numberFormat } from "./number";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

const SECOND = UNITS[3];

/** A span of so many of its largest unit is nobody's: it is written short. */
const HUGE_SPAN = 1e6;

/** Seconds as one or two units: `3d 4h`, `5m`, `12s`; below ten seconds with a fraction: `0.25s`. */
export function formatDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size < 10) return sign + unitText(size, "second", size < 1 ? 3 : 1);
  const first = Math.max(
    0,
    UNITS.findIndex(([, length]) => Math.round(size) >= length),
  );
  return sign + parts(Math.round(size), first).join(" ");
}

/** Seconds as one whole unit, for narrow places: `3d`, `5m`, `12s`. */
export function formatAge(seconds: number): string {
  const size = Math.max(0, Math.floor(seconds));
  const [unit, length] = UNITS.find(([, one]) => size >= one) ?? SECOND;
  return unitText(Math.floor(size / length), unit, 0);
}

/** Milliseconds: `12.5 ms`. */
export function formatMilliseconds(milliseconds: number): string {
  return `${formatNumber(milliseconds, milliseconds < 10 ? 2 : 1)} ms`;
}

function parts(size: number, first: number): string[] {
  const [unit, length] = UNITS[first] ?? SECOND;
  const next = UNITS[first + 1];
  const texts = [unitText(Math.floor(size / length), unit, 0)];
  const rest = next ? Math.floor((size % length) / next[1]) : 0;
  if (next && rest > 0) texts.push(unitText(rest, next[0], 0));
  return texts;
}

function unitText(value: number, unit: (typeof UNITS)[number][0], digits: number): string {
  return numberFormat({
    style: "unit",
    notation: value >= HUGE_SPAN ? "scientific" : "standard",
    unit,
    unitDisplay: "narrow",
    maximumFractionDigits: digits,
  }).format(value);
}
