/** The ranges of time that can be chosen, and how a view's time becomes a span. */

export const RANGES = [
  ["15m", 900],
  ["1h", 3_600],
  ["3h", 10_800],
  ["6h", 21_600],
  ["24h", 86_400],
  ["2d", 172_800],
  ["7d", 604_800],
  ["30d", 2_592_000],
  ["90d", 7_776_000],
  ["1y", 31_536_000],
  ["2y", 63_072_000],
] as const;

export type RangeName = (typeof RANGES)[number][0];

export const DEFAULT_RANGE: RangeName = "1h";

/** How long a range is, in seconds. */
export function rangeSeconds(name: RangeName): number {
  return RANGES.find(([one]) => one === name)?.[1] ?? 3_600;
}

/** A range of this name; null where there is none. */
export function rangeNamed(name: string | null): RangeName | null {
  return RANGES.find(([one]) => one === name)?.[0] ?? null;
}

/** The next longer (1) or shorter (-1) range; of a time that is none of them, the nearest in that direction. */
export function neighbourRange(seconds: number, by: 1 | -1): RangeName {
  const range =
    by > 0 ? RANGES.find(([, one]) => one > seconds) : RANGES.findLast(([, one]) => one < seconds);
  return (range ?? RANGES.at(by > 0 ? -1 : 0) ?? RANGES[0])[0];
}
