/** What a section's charts are drawn from: an answer for each question, which live samples make longer. */

import type { BandedHistoryView, BandedSeriesView, CurrentHostView, Labels } from "../../api/types";

/** The key of a question -> its answer. */
export type Histories = ReadonlyMap<string, BandedHistoryView>;

/** A sample: unix seconds, the host's values, and how long it is to the next one. */
export interface Sample {
  readonly time: number;
  readonly intervalSeconds: number;
  readonly metrics: CurrentHostView["metrics"];
}

/** More steps than this without a value are a gap. */
const GAP_STEPS = 2.5;

/** How many samples the newest bucket of a series is the mean of, where samples have been added to it. */
const counts = new WeakMap<BandedSeriesView, number>();

/** The histories with a sample added, and with what is before `start` (unix seconds) let go. */
export function extendHistories(histories: Histories, sample: Sample, start: number): Histories {
  return new Map([...histories].map(([key, history]) => [key, extendHistory(history, sample, start)]));
}

function extendHistory(history: BandedHistoryView, sample: Sample, start: number): BandedHistoryView {
  const [measurement = "", field = ""] = history.metric.split(".");
  const points = sample.metrics[measurement] ?? [];
  const series = history.series.map((one) => {
    const value = points.find((point) => hasLabels(point.labels, one.labels))?.fields[field];
    return value === undefined ? one : extendSeries(one, history.step_seconds, sample, value, start);
  });
  return { ...history, series };
}

/** One series with a value added: to the newest bucket where it falls into that, else as a new one. */
export function extendSeries(
  series: BandedSeriesView,
  stepSeconds: number,
  sample: Pick<Sample, "time" | "intervalSeconds">,
  value: number,
  start: number,
): BandedSeriesView {
  const bucket = Math.floor(sample.time / stepSeconds) * stepSeconds;
  const newest = series.points.findLast(([, one]) => one !== null)?.[0] ?? Number.NEGATIVE_INFINITY;
  if (bucket < newest) return series;
  const first = firstFrom(series, start - stepSeconds);
  const points = series.points.slice(first).filter(([time]) => time < bucket || time === newest);
  const band = series.band?.slice(first, first + points.length);
  const last = points.at(-1);
  let count = 1;
  if (last && last[0] === bucket && last[1] !== null) {
    const before = counts.get(series) ?? samplesSoFar(bucket, sample);
    count = before + 1;
    points[points.length - 1] = [bucket, (last[1] * before + value) / count];
    const edge = band?.at(-1);
    if (band && edge) {
      band[band.length - 1] = [Math.min(edge[0] ?? value, value), Math.max(edge[1] ?? value, value)];
    }
  } else {
    const longest = GAP_STEPS * Math.max(stepSeconds, sample.intervalSeconds);
    if (last && last[1] !== null && bucket - last[0] > longest) {
      points.push([last[0] + stepSeconds, null]);
      band?.push([null, null]);
    }
    points.push([bucket, value]);
    band?.push([value, value]);
  }
  const longer = band ? { ...series, points, band } : { ...series, points };
  counts.set(longer, count);
  return longer;
}

/** How many samples a bucket that came from the store is likely to hold before this one. */
function samplesSoFar(bucket: number, sample: Pick<Sample, "time" | "intervalSeconds">): number {
  return Math.max(1, Math.round((sample.time - bucket) / Math.max(1, sample.intervalSeconds)));
}

function firstFrom(series: BandedSeriesView, start: number): number {
  const index = series.points.findIndex(([time]) => time >= start);
  return index < 0 ? series.points.length : index;
}

function hasLabels(labels: Labels, others: Labels): boolean {
  return Object.entries(others).every(([name, value]) => labels[name] === value);
}
