/** A chart's rows in the order in which uPlot takes them: times, lines, then the edges of the bands. */

import type { AlignedData, Band } from "uplot";
import type { ChartSeries } from "./series";
import { stackSeries } from "./stackSeries";

/** The rows; `lines` of them after the times are lines. */
export function plotData(
  times: readonly number[],
  series: readonly ChartSeries[],
  isStacked: boolean,
): AlignedData {
  const rows = series.map((one) => one.values);
  const lines = isStacked ? stackSeries(rows) : rows;
  const edges = isStacked ? [] : series.filter(hasBand).flatMap((one) => [one.highs ?? [], one.lows ?? []]);
  return [times, ...lines, ...edges] as unknown as AlignedData;
}

/** Which rows have the space between them filled, in the colours that `fillOf` gives for a series. */
export function plotBands(
  series: readonly ChartSeries[],
  isStacked: boolean,
  fillOf: (index: number) => string,
): Band[] {
  if (isStacked) {
    return series.slice(1).map((_, index) => ({ series: [index + 2, index + 1], fill: fillOf(index + 1) }));
  }
  let row = series.length + 1;
  const bands: Band[] = [];
  series.forEach((one, index) => {
    if (!hasBand(one)) return;
    bands.push({ series: [row, row + 1], fill: fillOf(index) });
    row += 2;
  });
  return bands;
}

/** Whether a series has a band behind it. */
export function hasBand(series: ChartSeries): boolean {
  return series.lows !== undefined && series.highs !== undefined;
}
