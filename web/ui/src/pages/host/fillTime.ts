/** When a disk will be full, if it goes on as it did: a least-squares line through what was used. */

import type { HistoryPoint } from "../../api/types";

/** What is foretold. `seconds`: from the last point on. */
export type FillTime =
  | { readonly kind: "full" }
  | { readonly kind: "filling"; readonly seconds: number }
  | { readonly kind: "steady" }
  | { readonly kind: "unknown" };

const LEAST_POINTS = 5;
/** What is further away than this is no forecast. */
const LONGEST_SECONDS = 5 * 365 * 86_400;

/** From points of used bytes (unix seconds, ascending) and the bytes that it can hold.
 *
 * 1. The line with the least squared distance to the points; too few points say nothing.
 * 2. Where it does not rise, or would reach the capacity only years from now, the disk is not filling.
 * 3. Else the time from the last point until the line, laid through the last value, reaches the capacity: a
 *    disk that was emptied a moment ago is not foretold full on the strength of what it held before.
 */
export function fillTime(points: readonly HistoryPoint[], capacityBytes: number): FillTime {
  const values = points.filter((point): point is readonly [number, number] => point[1] !== null);
  const last = values.at(-1);
  if (!last || capacityBytes <= 0) return { kind: "unknown" };
  if (last[1] >= capacityBytes) return { kind: "full" };
  if (values.length < LEAST_POINTS) return { kind: "unknown" };
  const bytesPerSecond = slope(values);
  if (bytesPerSecond <= 0) return { kind: "steady" };
  const seconds = (capacityBytes - last[1]) / bytesPerSecond;
  return seconds > LONGEST_SECONDS ? { kind: "steady" } : { kind: "filling", seconds };
}

/** The slope of the least-squares line; zero where all points have one time. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const meanTime = mean(points.map(([time]) => time));
  const meanValue = mean(points.map(([, value]) => value));
  let products = 0;
  let squares = 0;
  for (const [time, value] of points) {
    products += (time - meanTime) * (value - meanValue);
    squares += (time - meanTime) ** 2;
  }
  return squares === 0 ? 0 : products / squares;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
