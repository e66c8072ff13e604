/** From answers to the lines of a chart. */

import type { BandedHistoryView, BandedSeriesView, HistoryPoint, Unit } from "../../api/types";
import { t } from "../../i18n";
import { mergeSeries } from "../../ui/chart/mergeSeries";
import { type ChartSeries, COLORS } from "../../ui/chart/series";
import type { Histories } from "./histories";
import { type ChartPlan, type LinePlan, questionOf } from "./plan";

/** What a chart draws; `leftOut`: how many lines more there would be. */
export interface ChartLines {
  readonly unit: Unit;
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly leftOut: number;
}

interface Candidate {
  readonly label: string;
  readonly group: string;
  readonly series: BandedSeriesView;
}

/** As many lines as there are colours. */
const MAX_LINES = COLORS;

/** The lines of a chart; null where this host has nothing for it. `isWhole`: all, however many they are. */
export function chartLines(chart: ChartPlan, histories: Histories, isWhole = false): ChartLines | null {
  const candidates = withoutDoubles(chart.lines.flatMap((line) => candidatesOf(chart, line, histories)));
  if (candidates.length === 0 || (chart.isOptional && candidates.every(isZero))) return null;
  const lines = chart.hidesZero ? candidates.filter((one, index) => index === 0 || !isZero(one)) : candidates;
  const largest = isWhole ? lines : theLargest(lines, chart.lines.length);
  return {
    unit: unitOf(chart, histories),
    ...mergeLines(largest),
    leftOut: lines.length - largest.length,
  };
}

/** Whether this host has anything for a chart. */
export function isDrawn(chart: ChartPlan, histories: Histories): boolean {
  const has = chart.isOptional
    ? (value: number | null) => Boolean(value)
    : (value: number | null) => value !== null;
  return chart.lines.some((line) =>
    histories
      .get(questionOf(chart, line).key)
      ?.series.some((one) => !hasLabel(one, chart.without) && one.points.some(([, value]) => has(value))),
  );
}

function candidatesOf(chart: ChartPlan, line: LinePlan, histories: Histories): Candidate[] {
  const history = histories.get(questionOf(chart, line).key);
  return (history?.series ?? [])
    .filter((series) => !hasLabel(series, chart.without) && series.points.some(([, value]) => value !== null))
    .map((series) => {
      const group = (chart.by ?? []).map((name) => series.labels[name] ?? "").join(" ");
      return { label: labelOf(chart, line, group), group, series };
    })
    .sort((one, other) => one.group.localeCompare(other.group, undefined, { numeric: true }));
}

function labelOf(chart: ChartPlan, line: LinePlan, group: string): string {
  const text = line.text === undefined ? "" : t(line.text);
  if (!chart.by) return text;
  return chart.lines.length === 1 ? group : `${group} ${text}`;
}

/** Lines of one name are told apart by all of their labels, as two devices that were mounted at one path. */
function withoutDoubles(candidates: readonly Candidate[]): readonly Candidate[] {
  const counts = new Map<string, number>();
  for (const { label } of candidates) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size === candidates.length) return candidates;
  return candidates.map((one) => {
    if (counts.get(one.label) === 1) return one;
    return { ...one, label: `${one.label} (${Object.values(one.series.labels).join(", ")})` };
  });
}

function hasLabel({ labels }: BandedSeriesView, label: string | undefined): boolean {
  if (label === undefined) return false;
  const at = label.indexOf(":");
  return labels[label.slice(0, at)] === label.slice(at + 1);
}

/** Whole groups (a device's lines together), those with the largest mean, in the order in which they came. */
function theLargest(candidates: readonly Candidate[], linesOfGroup: number): readonly Candidate[] {
  if (candidates.length <= MAX_LINES) return candidates;
  const sizes = new Map<string, number>();
  for (const { group, series } of candidates) {
    sizes.set(group, (sizes.get(group) ?? 0) + meanOf(series.points));
  }
  const most = Math.max(1, Math.floor(MAX_LINES / linesOfGroup));
  const chosen = [...sizes].sort(([, one], [, other]) => other - one).slice(0, most);
  const names = new Set(chosen.map(([group]) => group));
  return names.size === sizes.size ? candidates : candidates.filter(({ group }) => names.has(group));
}

function meanOf(points: readonly HistoryPoint[]): number {
  const numbers = points.flatMap(([, value]) => (value === null ? [] : [value]));
  return numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
}

function isZero({ series }: Candidate): boolean {
  return series.points.every(([, value]) => !value);
}

function unitOf(chart: ChartPlan, histories: Histories): Unit {
  for (const line of chart.lines) {
    const history: BandedHistoryView | undefined = histories.get(questionOf(chart, line).key);
    if (history) return history.unit;
  }
  return "count";
}

function mergeLines(candidates: readonly Candidate[]): Pick<ChartLines, "times" | "series"> {
  const { times, values } = mergeSeries(candidates.map(({ series }) => series.points));
  const lows = mergeSeries(candidates.map(({ series }) => edgePoints(series, 0))).values;
  const highs = mergeSeries(candidates.map(({ series }) => edgePoints(series, 1))).values;
  const series = candidates.map(({ label, series: one }, index) => ({
    label,
    values: values[index] ?? [],
    ...(one.band ? { lows: lows[index] ?? [], highs: highs[index] ?? [] } : {}),
  }));
  return { times, series };
}

/** One edge of a band at the times of its points, so that it is merged as they are. */
function edgePoints({ points, band }: BandedSeriesView, edge: 0 | 1): HistoryPoint[] {
  return points.map(([time, value], index) => [time, band ? (band[index]?.[edge] ?? null) : value]);
}
