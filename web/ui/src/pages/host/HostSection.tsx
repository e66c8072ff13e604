/** One group of charts: fetched when it comes near the window, and folded away when that is wanted. */

import type { ComponentChildren, VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { ErrorState } from "../../ui/ErrorState";
import { Icon } from "../../ui/Icon";
import type { AlertOnChart } from "./alertsOnCharts";
import { isDrawn } from "./chartLines";
import { HostChart } from "./HostChart";
import type { Histories, Sample } from "./histories";
import { questionsOf, type SectionName, type SectionPlan } from "./plan";
import { useHistories } from "./useHistories";
import { useIsNear } from "./useIsNear";
import type { Span } from "./useSpan";

interface HostSectionProps {
  readonly plan: SectionPlan;
  readonly host: string;
  readonly span: Span;
  readonly intervalSeconds: number;
  readonly sample: Sample | null;
  readonly marks: readonly AlertOnChart[];
  readonly isHidden: boolean;
  /** Among the first of the page: fetched at once. */
  readonly isFirst: boolean;
  /** What stands above the charts. */
  above?(histories: Histories): ComponentChildren;
  onHide(name: SectionName, isHidden: boolean): void;
  onZoom(start: number, end: number): void;
  onReset(): void;
}

export function HostSection(props: HostSectionProps) {
  const { plan, isHidden, onHide } = props;
  const element = useRef<HTMLElement>(null);
  const isNear = useIsNear(element, props.isFirst);
  const title = t(`host.section.${plan.name}`);
  return (
    <section ref={element} class="host-section" id={plan.name} aria-labelledby={`${plan.name}-title`}>
      <h2 class="host-section-title" id={`${plan.name}-title`}>
        <button
          type="button"
          class="host-section-toggle"
          aria-expanded={!isHidden}
          title={t(isHidden ? "host.section.show" : "host.section.hide")}
          onClick={() => onHide(plan.name, !isHidden)}
        >
          <Icon name={isHidden ? "right" : "down"} />
          {title}
        </button>
      </h2>
      {isHidden ? null : <SectionCharts {...props} isNear={isNear} />}
    </section>
  );
}

/** What is far from the window stays as it was drawn last. */
function SectionCharts(props: HostSectionProps & { isNear: boolean }) {
  const { plan, host, span, intervalSeconds, isNear } = props;
  const questions = useMemo(() => questionsOf(plan), [plan]);
  const loading = useHistories({ host, questions, span, intervalSeconds, isNear, sample: props.sample });
  const node = useRef<VNode | null>(null);
  if (isNear || node.current === null) {
    node.current = loading.histories ? (
      <Charts {...props} histories={loading.histories} />
    ) : loading.error ? (
      <ErrorState error={loading.error} onRetry={loading.reload} />
    ) : (
      <Placeholders plan={plan} />
    );
  }
  return node.current;
}

function Charts(props: HostSectionProps & { histories: Histories }) {
  const { plan, histories } = props;
  const charts = useMemo(() => plan.charts.filter((chart) => isDrawn(chart, histories)), [plan, histories]);
  return (
    <>
      {props.above?.(histories)}
      {charts.length === 0 ? <p class="host-nothing note">{t("chart.empty")}</p> : null}
      <div class="host-charts">
        {charts.map((chart) => (
          <HostChart
            key={chart.key}
            chart={chart}
            histories={histories}
            span={props.span}
            alerts={props.marks}
            onZoom={props.onZoom}
            onReset={props.onReset}
          />
        ))}
      </div>
    </>
  );
}

/** As high as the charts will be, so that the page does not jump. */
function Placeholders({ plan }: { plan: SectionPlan }) {
  return (
    <div class="host-charts" role="status">
      <span class="visually-hidden">{t("common.loading")}</span>
      {plan.charts.map(({ key }) => (
        <div key={key} class="skeleton host-chart-placeholder" aria-hidden="true" />
      ))}
    </div>
  );
}
