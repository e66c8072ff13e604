/** What an alert is about, over the time around it: the metric, its threshold, and the alerts of that time. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { metricCatalog } from "../../api/catalog";
import { askHistory } from "../../api/history";
import { getAll } from "../../api/pages";
import type { AlertView, HistoryView } from "../../api/types";
import { t } from "../../i18n";
import { now, serverNow } from "../../state/clock";
import { Button } from "../../ui/Button";
import { Chart } from "../../ui/chart/Chart";
import { mergeSeries } from "../../ui/chart/mergeSeries";
import type { ChartMark, ChartSeries } from "../../ui/chart/series";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { useData } from "../../ui/useData";
import { labelsText } from "../silences/words";
import { chartSpan } from "./chartSpan";
import { type Subject, subjectsOf } from "./subjects";

const STEP_SECONDS = 15;
const MAX_MARKS = 200;
const THRESHOLD_COLOR = 2;

interface AlertChartsProps {
  readonly alert: AlertView;
  /** The condition of its rule; null where it is not known. */
  readonly when: string | null;
}

export function AlertCharts({ alert, when }: AlertChartsProps) {
  const [zoom, setZoom] = useState<readonly [number, number] | null>(null);
  const tick = alert.state === "resolved" ? 0 : Math.floor(now.value / 1000 / STEP_SECONDS);
  const whole = useMemo(() => chartSpan(alert, serverNow()), [alert.since, alert.resolved_at, tick]);
  const [start, end] = zoom ?? whole;
  const catalog = useData("catalog", metricCatalog);
  const subjects = useMemo(
    () => (catalog.data ? subjectsOf(alert, when, catalog.data) : []),
    [catalog.data, when, JSON.stringify([alert.readings, alert.labels])],
  );
  const marks = useMarks(alert, whole);
  if (alert.host === "") return <p class="panel muted">{t("alerts.chart.poller")}</p>;
  if (catalog.error && !catalog.data) return <ErrorState error={catalog.error} onRetry={catalog.reload} />;
  if (!catalog.data) return <Loading lines={4} />;
  return (
    <div class="alert-charts">
      {subjects.map((subject) => (
        <SubjectChart
          key={`${subject.metric} ${labelsText(subject.labels)}`}
          host={alert.host}
          subject={subject}
          start={start}
          end={end}
          marks={marks}
          onZoom={(from, to) => setZoom([from, to])}
          onReset={() => setZoom(null)}
        />
      ))}
      {zoom ? <Button onClick={() => setZoom(null)}>{t("chart.reset")}</Button> : null}
    </div>
  );
}

interface SubjectChartProps {
  readonly host: string;
  readonly subject: Subject;
  readonly start: number;
  readonly end: number;
  readonly marks: readonly ChartMark[];
  onZoom(start: number, end: number): void;
  onReset(): void;
}

function SubjectChart({ host, subject, start, end, marks, onZoom, onReset }: SubjectChartProps) {
  const { metric, unit, threshold } = subject;
  const labels = Object.entries(subject.labels).map(([name, value]) => `${name}:${value}`);
  const key = JSON.stringify([host, metric, labels, start, end]);
  const { data, error, reload } = useData(key, (signal) =>
    askHistory({ hosts: [host], metric, start, end, labels }, signal),
  );
  const series = useMemo(() => drawnSeries(data, subject), [data, metric, threshold]);
  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  return (
    <Chart
      title={[metric, labelsText(subject.labels)].filter(Boolean).join(" · ")}
      unit={unit}
      times={series.times}
      series={series.series}
      start={start}
      end={end}
      {...(unit === "bool" ? { minimum: 0, maximum: 1 } : {})}
      syncKey="alert"
      marks={marks}
      onZoom={onZoom}
      onReset={onReset}
    />
  );
}

/** The metric's line, and a level one at the threshold. */
function drawnSeries(history: HistoryView | null, { metric, threshold, isUnderThreshold }: Subject) {
  const { times, values } = mergeSeries(history?.series.map((one) => one.points) ?? []);
  const series: ChartSeries[] = values.map((row, at) => ({
    label: values.length > 1 ? labelsText(history?.series[at]?.labels ?? {}) : metric,
    values: row,
    ...(at > 0 ? { color: 3 + ((at - 1) % 6) } : { color: 1 }),
  }));
  if (threshold !== null && times.length > 0) {
    const label = t(isUnderThreshold ? "alerts.chart.thresholdBelow" : "alerts.chart.threshold");
    series.push({ label, values: times.map(() => threshold), color: THRESHOLD_COLOR });
  }
  return { times, series };
}

/** This alert, and others of its rule on this host in that time. */
function useMarks(alert: AlertView, [start, end]: readonly [number, number]): readonly ChartMark[] {
  const [others, setOthers] = useState<readonly AlertView[]>([]);
  useEffect(() => {
    if (alert.host === "") return;
    const controller = new AbortController();
    const query = { host: [alert.host], rule: [alert.rule], start: String(start), end: String(end + 1) };
    getAll<AlertView>("/alerts/history", query, { limit: MAX_MARKS, signal: controller.signal }).then(
      setOthers,
      () => undefined, // the chart is of use without them
    );
    return () => controller.abort();
  }, [alert.host, alert.rule, start, alert.state]);
  const key = JSON.stringify([alert.id, alert.since, alert.fired_at, alert.resolved_at]);
  return useMemo(() => {
    const same = JSON.stringify(alert.labels);
    const earlier = others.filter((one) => one.id !== alert.id && JSON.stringify(one.labels) === same);
    return [...earlier, alert].map(markOf);
  }, [others, key]);
}

function markOf(alert: AlertView): ChartMark {
  return {
    start: Date.parse(alert.fired_at ?? alert.since) / 1000,
    end: alert.resolved_at ? Date.parse(alert.resolved_at) / 1000 : null,
    severity: alert.severity,
    label: alert.rule,
  };
}
