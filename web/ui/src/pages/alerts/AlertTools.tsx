/** Which alerts to show: by host, rule, severity, and of the history by time. */

import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import { fleet, revision } from "../../state/fleet";
import { TextField } from "../../ui/Field";
import { SearchField } from "../../ui/SearchField";
import { Select } from "../../ui/Select";
import { useData } from "../../ui/useData";
import { ruleNames } from "../silences/ruleNames";
import { type AlertsView, type HistorySpan, SEVERITIES, SPANS } from "./view";

interface AlertToolsProps {
  readonly view: AlertsView;
  onView(view: AlertsView): void;
}

export function AlertTools({ view, onView }: AlertToolsProps) {
  const change = (changes: Partial<AlertsView>) => onView({ ...view, ...changes, page: 1 });
  return (
    <div class="tools">
      <SearchField label={t("alerts.filter.host")} value={view.host} onInput={(host) => change({ host })} />
      <Select
        label={t("alerts.filter.rule")}
        value={view.rule}
        options={[
          ["", t("alerts.filter.rule.all")],
          ...useRuleNames(view.rule).map((name) => [name, name] as const),
        ]}
        onChange={(rule) => change({ rule })}
      />
      <Select
        label={t("alerts.filter.severity")}
        value={view.severity}
        options={[
          ["", t("alerts.filter.severity.all")],
          ...SEVERITIES.map((one) => [one, t(`severity.${one}`)] as const),
        ]}
        onChange={(severity) => change({ severity })}
      />
      {view.tab === "history" ? <SpanTools view={view} onChange={change} /> : null}
    </div>
  );
}

interface SpanToolsProps {
  readonly view: AlertsView;
  onChange(changes: Partial<AlertsView>): void;
}

function SpanTools({ view, onChange }: SpanToolsProps) {
  const options: readonly (readonly [HistorySpan, string])[] = [
    ...SPANS.map((span) => [span, t(`alerts.span.${span}`)] as const),
    ["custom", t("alerts.span.custom")],
  ];
  return (
    <>
      <Select
        label={t("alerts.filter.span")}
        value={view.span}
        options={options}
        onChange={(span) => onChange({ span })}
      />
      {view.span === "custom" ? (
        <div class="tools-times">
          <TextField
            label={t("alerts.span.from")}
            type="datetime-local"
            value={view.from}
            onInput={(from) => onChange({ from })}
          />
          <TextField
            label={t("alerts.span.to")}
            type="datetime-local"
            value={view.to}
            onInput={(to) => onChange({ to })}
          />
        </div>
      ) : null}
    </>
  );
}

/** Rules that there are, that alerts are of, and the one asked for, which may be gone. */
function useRuleNames(asked: string): string[] {
  const { data } = useData("rules", ruleNames);
  const { value } = revision;
  return useMemo(() => {
    const open = fleet.alerts.list().map((alert) => alert.rule);
    return [...new Set([...(data ?? []), ...open, ...(asked ? [asked] : [])])].sort();
  }, [data, asked, value]);
}
