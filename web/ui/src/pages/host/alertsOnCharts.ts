/** Alerts as marks on charts. */

import type { AlertView } from "../../api/types";
import type { ChartMark } from "../../ui/chart/series";
import { type ChartPlan, isAbout } from "./plan";

/** A mark, and the metrics that its alert compared; none for an alert such as a host that is down. */
export interface AlertOnChart {
  readonly mark: ChartMark;
  readonly metrics: readonly string[];
}

/** Those that fire or fired; one that has never fired yet is no mark. */
export function alertsOnCharts(alerts: readonly AlertView[]): AlertOnChart[] {
  return alerts.flatMap((alert) => {
    if (alert.fired_at === null) return [];
    const metrics = alert.readings.flatMap(({ metric }) => metric ?? []);
    return [{ mark: markOf(alert, alert.fired_at), metrics }];
  });
}

/** The marks that belong on a chart. */
export function marksFor(chart: ChartPlan, alerts: readonly AlertOnChart[]): ChartMark[] {
  return alerts.filter(({ metrics }) => isAbout(chart, metrics)).map(({ mark }) => mark);
}

function markOf(alert: AlertView, firedAt: string): ChartMark {
  return {
    start: Date.parse(firedAt) / 1000,
    end: alert.resolved_at === null ? null : Date.parse(alert.resolved_at) / 1000,
    severity: alert.severity,
    label: alert.rule,
  };
}
