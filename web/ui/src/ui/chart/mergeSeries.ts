/** Brings the series of histories to one common row of times. */

import type { HistoryPoint } from "../../api/types";

/** Times in unix seconds, ascending, and for each series as many values; null is a gap. */
export interface Aligned {
  readonly times: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** Every time of any series once; a series without a value at a time has a gap there. */
export function mergeSeries(series: readonly (readonly HistoryPoint[])[]): Aligned {
  const first = series[0];
  if (first && series.every((points) => hasSameTimes(points, first))) {
    const times = first.map(([time]) => time);
    return { times, values: series.map((points) => points.map(([, value]) => value)) };
  }
  const times = [...new Set(series.flatMap((points) => points.map(([time]) => time)))].sort((a, b) => a - b);
  const places = new Map(times.map((time, index) => [time, index]));
  return { times, values: series.map((points) => spread(points, places)) };
}

function spread(points: readonly HistoryPoint[], places: ReadonlyMap<number, number>): (number | null)[] {
  const values = new Array<number | null>(places.size).fill(null);
  for (const [time, value] of points) values[places.get(time) ?? 0] = value;
  return values;
}

function hasSameTimes(points: readonly HistoryPoint[], others: readonly HistoryPoint[]): boolean {
  return points.length === others.length && points.every(([time], index) => time === others[index]?.[0]);
}
