/** One chart of the page. */

import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n";
import { locale } from "../../i18n/language";
import { Chart } from "../../ui/chart/Chart";
import { type AlertOnChart, marksFor } from "./alertsOnCharts";
import { chartLines } from "./chartLines";
import type { Histories } from "./histories";
import type { ChartPlan } from "./plan";
import type { Span } from "./useSpan";

interface HostChartProps {
  readonly chart: ChartPlan;
  readonly histories: Histories;
  readonly span: Span;
  readonly alerts: readonly AlertOnChart[];
  onZoom(start: number, end: number): void;
  onReset(): void;
}

export function HostChart({ chart, histories, span, alerts, onZoom, onReset }: HostChartProps) {
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(
    () => chartLines(chart, histories, isWhole),
    [chart, histories, isWhole, locale.value],
  );
  const marks = useMemo(() => marksFor(chart, alerts), [chart, alerts]);
  if (!lines) return null;
  const more = lines.leftOut > 0 || isWhole;
  return (
    <div class="host-chart">
      <Chart
        title={t(chart.title)}
        unit={lines.unit}
        times={lines.times}
        series={lines.series}
        start={span.start}
        end={span.end}
        isStacked={chart.isStacked ?? false}
        {...(chart.maximum === undefined ? {} : { maximum: chart.maximum })}
        syncKey="host"
        marks={marks}
        onZoom={onZoom}
        onReset={onReset}
      />
      {more ? (
        <button
          type="button"
          class="host-chart-more"
          aria-pressed={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? t("host.lines.fewer") : t("host.lines.more", { count: lines.leftOut })}
        </button>
      ) : null}
    </div>
  );
}
