/** Which metrics an alert is about: what its page draws. */

import type { AlertView, Labels, MetricView, ReadingView, Unit } from "../../api/types";

/** A metric of the alert's host, and the value it was held against where that is one number. */
export interface Subject {
  readonly metric: string;
  readonly unit: Unit;
  readonly labels: Labels;
  readonly threshold: number | null;
  readonly isUnderThreshold: boolean;
}

type Catalog = ReadonlyMap<string, MetricView>;

const MAX_SUBJECTS = 4;
const UP = "poll.up";
const NAME = /\b[a-z_]+\.[a-z][a-z0-9_]*\b/g;
const COMPARISON =
  /([a-z_]+\.[a-z][a-z0-9_]*)(?:,\s*[^()]*)?\)?\s*(<=?|>=?|==)\s*(-?\d+(?:\.\d+)?(?:e\d+)?)/g;

/** The subjects of an alert: of what was read when it fired, else of its rule's condition. */
export function subjectsOf(alert: AlertView, when: string | null, catalog: Catalog): Subject[] {
  if (alert.host === "") return [];
  const read = alert.readings.flatMap((reading) => subjectOfReading(reading, catalog));
  const subjects = read.length > 0 ? read : subjectsOfCondition(when ?? "", alert.labels, catalog);
  const each = new Map<string, Subject>();
  for (const subject of subjects) {
    const key = JSON.stringify([subject.metric, subject.labels]);
    if (!each.has(key)) each.set(key, subject);
  }
  if (each.size === 0)
    each.set(UP, { metric: UP, unit: "bool", labels: {}, threshold: null, isUnderThreshold: false });
  return [...each.values()].slice(0, MAX_SUBJECTS);
}

function subjectOfReading(reading: ReadingView, catalog: Catalog): Subject[] {
  const metric = drawnMetric(reading.metric, catalog);
  if (!metric) return [];
  const { threshold, operator, unit } = reading;
  // the prediction of tomorrow is held against its threshold, the metric of today is not
  const isNumber = typeof threshold === "number" && (unit === metric.unit || unit === "");
  return [
    {
      metric: metric.name,
      unit: metric.unit,
      labels: reading.labels,
      threshold: isNumber ? threshold : null,
      isUnderThreshold: operator.startsWith("<"),
    },
  ];
}

/** The metrics of a condition; a threshold where the condition compares one with a number. */
export function subjectsOfCondition(when: string, labels: Labels, catalog: Catalog): Subject[] {
  const thresholds = new Map<string, readonly [number, boolean]>();
  for (const [, name = "", operator = "", number = ""] of when.matchAll(COMPARISON)) {
    if (!thresholds.has(name)) thresholds.set(name, [Number(number), operator.startsWith("<")]);
  }
  return (when.match(NAME) ?? []).flatMap((name) => {
    const metric = drawnMetric(name, catalog);
    if (!metric) return [];
    const [threshold, isUnderThreshold] = (metric.name === name ? thresholds.get(name) : undefined) ?? [
      null,
      false,
    ];
    const metricLabels = Object.entries(labels).filter(([label]) => metric.labels.includes(label));
    return [
      {
        metric: metric.name,
        unit: metric.unit,
        labels: Object.fromEntries(metricLabels),
        threshold,
        isUnderThreshold,
      },
    ];
  });
}

/** The metric itself, or the rate of a counter, whose own line would only rise. */
function drawnMetric(name: string | null, catalog: Catalog): MetricView | undefined {
  const metric = catalog.get(name ?? "");
  return metric?.kind === "counter" ? catalog.get(`${name}_per_second`) : metric;
}
