/** What a chart draws. */

import type { Severity, Unit } from "../../api/types";
import { formatQuantity } from "../../format/quantity";

type Values = readonly (number | null)[];

/** One line. `lows` and `highs`, where given, are drawn as a band behind it. */
export interface ChartSeries {
  readonly label: string;
  readonly values: Values;
  readonly lows?: Values;
  readonly highs?: Values;
  /** 1 to 8: which of the chart's colours; by its place without. */
  readonly color?: number;
}

/** A stretch of time with an alert; `end` is null for one that goes on. Unix seconds. */
export interface ChartMark {
  readonly start: number;
  readonly end: number | null;
  readonly severity: Severity;
  readonly label: string;
}

export const COLORS = 8;

/** The colour token of a series. */
export function colorToken(series: ChartSeries, index: number): string {
  return `--chart-${series.color ?? (index % COLORS) + 1}`;
}

/** The last, lowest and highest value of a row; null for a row of gaps. */
export function extent(values: Values): { last: number; lowest: number; highest: number } | null {
  const numbers = values.filter((value) => value !== null);
  const last = numbers.at(-1);
  if (last === undefined) return null;
  return {
    last,
    lowest: numbers.reduce((one, other) => Math.min(one, other)),
    highest: numbers.reduce((one, other) => Math.max(one, other)),
  };
}

/** `extent` as text. */
export function extentText(series: ChartSeries, unit: Unit) {
  const range = extent(series.values);
  return (
    range && {
      last: formatQuantity(range.last, unit),
      lowest: formatQuantity(range.lowest, unit),
      highest: formatQuantity(range.highest, unit),
    }
  );
}
