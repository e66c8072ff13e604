/** How a chart is drawn by uPlot. */

import uPlot from "uplot";
import type { Unit } from "../../api/types";
import { themeColor } from "../themeColor";
import { alertMarks } from "./alertMarks";
import { timeAxis, valueAxis } from "./axes";
import { hasBand, plotBands } from "./plotData";
import { type ChartMark, type ChartSeries, colorToken } from "./series";

/** What may change without drawing a chart anew is asked for by functions. */
export interface PlotSettings {
  readonly unit: Unit;
  readonly series: readonly ChartSeries[];
  readonly isStacked: boolean;
  readonly syncKey: string | undefined;
  readonly widthPixels: number;
  readonly heightPixels: number;
  timeRange(): readonly [number, number];
  valueRange(): readonly [number | null, number | null];
  marks(): readonly ChartMark[];
  /** Unix seconds that were dragged over. */
  onZoom(start: number, end: number): void;
  onReset(): void;
  /** The place in the row of times under the cursor. */
  onCursor(index: number | null): void;
}

const LEAST_DRAG_PIXELS = 8;

/** uPlot's options. */
export function plotOptions(settings: PlotSettings): uPlot.Options {
  return {
    width: settings.widthPixels,
    height: settings.heightPixels,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [...settings.timeRange()] as uPlot.Range.MinMax },
      y: { range: (_, lowest, highest) => valueRange(settings.valueRange(), lowest, highest) },
    },
    series: [{}, ...settings.series.map((one, index) => line(settings, one, index)), ...edges(settings)],
    bands: plotBands(settings.series, settings.isStacked, (index) => softColor(settings, index)),
    axes: [timeAxis(), valueAxis(settings.unit)],
    cursor: cursor(settings),
    plugins: [alertMarks(settings.marks)],
    hooks: {
      setSelect: [(plot) => zoomTo(plot, settings)],
      setCursor: [(plot) => settings.onCursor(plot.cursor.idx ?? null)],
    },
  };
}

function cursor({ syncKey, onReset }: PlotSettings): uPlot.Cursor {
  return {
    drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG_PIXELS },
    points: { size: 7 },
    y: false,
    bind: {
      dblclick: () => () => {
        onReset();
        return null;
      },
    },
    ...(syncKey === undefined ? {} : { sync: { key: syncKey } }),
  };
}

function line(settings: PlotSettings, one: ChartSeries, index: number): uPlot.Series {
  const isFilled = settings.isStacked ? index === 0 : settings.series.length === 1 && !hasBand(one);
  return {
    label: one.label,
    stroke: () => themeColor(colorToken(one, index)),
    width: settings.isStacked ? 1 : 1.5,
    spanGaps: false,
    points: { show: isLonely },
    ...(isFilled ? { fill: () => softColor(settings, index) } : {}),
  };
}

/** A value between two gaps is no line: it is drawn as a dot. */
const isLonely: uPlot.Series.Points.Show = (plot, row, first, last) => {
  const values = plot.data[row] ?? [];
  const lonely: number[] = [];
  for (let at = first; at <= last; at += 1) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) lonely.push(at);
  }
  return lonely.length > 0 && lonely.length === values.filter((value) => value != null).length;
};

function edges({ series, isStacked }: PlotSettings): uPlot.Series[] {
  if (isStacked) return [];
  const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false }, spanGaps: false };
  return series.filter(hasBand).flatMap(() => [{ ...edge }, { ...edge }]);
}

function softColor({ series }: PlotSettings, index: number): string {
  const one = series[index];
  return one ? themeColor(`${colorToken(one, index)}-soft`) : "transparent";
}

function zoomTo(plot: uPlot, settings: PlotSettings): void {
  const { left, width } = plot.select;
  if (width < LEAST_DRAG_PIXELS) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  settings.onZoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
}

function valueRange(
  [minimum, maximum]: readonly [number | null, number | null],
  lowest: number | null,
  highest: number | null,
): uPlot.Range.MinMax {
  const low = minimum ?? Math.min(0, lowest ?? 0);
  const high = Math.max(maximum ?? 0, highest ?? 0);
  if (high <= low) return [low, low + 1];
  if (maximum !== null && high <= maximum) return [low, maximum];
  return [low, uPlot.rangeNum(low, high, 0.1, true)[1]];
}
