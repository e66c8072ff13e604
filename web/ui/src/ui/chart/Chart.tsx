/** Metrics over time. */

import "uplot/dist/uPlot.min.css";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Unit } from "../../api/types";
import { formatQuantity } from "../../format/quantity";
import { formatDateTime } from "../../format/time";
import { t } from "../../i18n";
import { locale } from "../../i18n/language";
import { isDark } from "../../state/theme";
import { plotData } from "./plotData";
import { type PlotSettings, plotOptions } from "./plotOptions";
import { type ChartMark, type ChartSeries, colorToken, extentText } from "./series";

export interface ChartProps {
  readonly title: string;
  readonly unit: Unit;
  /** Unix seconds, ascending; each series has as many values. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** What is shown of the time, unix seconds. */
  readonly start: number;
  readonly end: number;
  readonly isStacked?: boolean;
  /** The ends of the axis; without a maximum it follows the values. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly heightPixels?: number;
  /** Charts of the same key share their cursor. */
  readonly syncKey?: string;
  readonly marks?: readonly ChartMark[];
  /** Somebody dragged over this time: show it, in every chart. Unix seconds. */
  onZoom?(start: number, end: number): void;
  /** Somebody wants the whole time back. */
  onReset?(): void;
}

const NO_MARKS: readonly ChartMark[] = [];

export function Chart(props: ChartProps) {
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [cursorIndex, setCursorIndex] = useState<number | null>(null);
  usePlot(frame, props, setCursorIndex);
  const isEmpty = props.series.every((one) => one.values.every((value) => value === null));
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption class="chart-title" id={id} title={props.onZoom ? t("chart.zoomHint") : undefined}>
        {props.title}
        <span class="chart-moment">
          {cursorIndex === null ? "" : formatDateTime((props.times[cursorIndex] ?? 0) * 1000)}
        </span>
      </figcaption>
      <div class="chart-frame" ref={frame} aria-hidden="true">
        {isEmpty ? <p class="chart-empty">{t("chart.empty")}</p> : null}
      </div>
      <Legend {...props} index={cursorIndex} />
      <ChartSummary {...props} />
    </figure>
  );
}

function Legend({ series, unit, index }: ChartProps & { index: number | null }) {
  return (
    <ul class="chart-legend" aria-hidden="true">
      {series.map((one, place) => (
        <li key={one.label}>
          <svg class="chart-key" viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" rx="2" style={{ fill: `var(${colorToken(one, place)})` }} />
          </svg>
          <span class="chart-label">{one.label}</span>
          <span class="chart-value">{formatQuantity(valueAt(one, index), unit)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The chart in words, for those who do not see it. */
function ChartSummary({ series, unit }: ChartProps) {
  const lines = series.map((one) => {
    const texts = extentText(one, unit);
    return texts ? t("chart.summary", { series: one.label, ...texts }) : `${one.label}: ${t("chart.empty")}`;
  });
  return <p class="visually-hidden">{lines.join(". ")}</p>;
}

function valueAt(series: ChartSeries, index: number | null): number | null {
  if (index !== null) return series.values[index] ?? null;
  return series.values.findLast((value) => value !== null) ?? null;
}

function usePlot(
  frame: { readonly current: HTMLDivElement | null },
  props: ChartProps,
  onCursor: (index: number | null) => void,
): void {
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const shape = shapeOf(props);
  const data = useMemo(
    () => plotData(props.times, props.series, props.isStacked ?? false),
    [props.times, props.series, props.isStacked],
  );
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const chart = new uPlot(plotOptions(settingsFor(element, newest, onCursor)), data, element);
    plot.current = chart;
    return () => {
      plot.current = null;
      chart.destroy();
    };
  }, [shape]);
  useLayoutEffect(() => plot.current?.setData(data), [data, props.start, props.end]);
  useLayoutEffect(() => plot.current?.redraw(false), [props.marks]);
  useEffect(() => followSize(frame.current, plot, newest), []);
}

/** Whatever makes a chart another one, so that it has to be drawn from the start. */
function shapeOf({ unit, series, isStacked, syncKey, heightPixels }: ChartProps): string {
  const lines = series.map((one) => [one.label, one.color, one.lows !== undefined]);
  return JSON.stringify([unit, lines, isStacked, syncKey, heightPixels, isDark.value, locale.value]);
}

function settingsFor(
  element: HTMLElement,
  newest: { readonly current: ChartProps },
  onCursor: (index: number | null) => void,
): PlotSettings {
  const { unit, series, isStacked = false, syncKey, heightPixels = 180 } = newest.current;
  return {
    unit,
    series,
    isStacked,
    syncKey,
    widthPixels: element.clientWidth,
    heightPixels,
    timeRange: () => [newest.current.start, newest.current.end],
    valueRange: () => [newest.current.minimum ?? null, newest.current.maximum ?? null],
    marks: () => newest.current.marks ?? NO_MARKS,
    onZoom: (start, end) => newest.current.onZoom?.(start, end),
    onReset: () => newest.current.onReset?.(),
    onCursor,
  };
}

function followSize(
  element: HTMLElement | null,
  plot: { readonly current: uPlot | null },
  newest: { readonly current: ChartProps },
): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(() => {
    const { heightPixels = 180 } = newest.current;
    plot.current?.setSize({ width: element.clientWidth, height: heightPixels });
  });
  observer.observe(element);
  return () => observer.disconnect();
}
