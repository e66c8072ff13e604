/** Durations as rules write them: `90s`, `5m`, `2d`. */

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** The shortest way to write seconds: 90 is `90s`, 300 is `5m`, 0.5 is `500ms`. */
export function durationText(seconds: number): string {
  if (seconds === 0) return "0s";
  const unit = UNITS.find(([, length]) => seconds % length === 0);
  if (unit) return `${seconds / unit[1]}${unit[0]}`;
  return seconds < 1 ? `${seconds * 1000}ms` : `${seconds}s`;
}
