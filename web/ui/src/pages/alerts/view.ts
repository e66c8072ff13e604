/** What is shown of alerts, as the address says it. */

import type { AlertView, Severity } from "../../api/types";
import type { QueryChanges } from "../../router";

export const TABS = ["firing", "pending", "silenced", "history"] as const;
export const SEVERITIES: readonly Severity[] = ["critical", "warning", "info"];
export const SPANS = ["24h", "7d", "30d", "90d", "365d"] as const;

const PATTERN = /[*?[]/;

export type Tab = (typeof TABS)[number];
export type HistorySpan = (typeof SPANS)[number] | "custom";

/** `host`: a name, a part of one, a pattern or a tag. `from`, `to`: of the custom span, as a field has them. */
export interface AlertsView {
  readonly tab: Tab;
  readonly host: string;
  readonly rule: string;
  readonly severity: Severity | "";
  readonly span: HistorySpan;
  readonly from: string;
  readonly to: string;
  readonly page: number;
}

/** The view that an address asks for; what it says wrongly is as if it were not there. */
export function readView(query: URLSearchParams): AlertsView {
  const span = query.get("span");
  return {
    tab: TABS.find((one) => one === query.get("tab")) ?? "firing",
    host: query.get("host") ?? "",
    rule: query.get("rule") ?? "",
    severity: SEVERITIES.find((one) => one === query.get("severity")) ?? "",
    span: span === "custom" ? span : (SPANS.find((one) => one === span) ?? "7d"),
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    page: Math.max(1, Math.floor(Number(query.get("page"))) || 1),
  };
}

/** What to change in an address for a view to become another. */
export function queryOf(view: AlertsView): QueryChanges {
  const isCustom = view.span === "custom";
  return {
    tab: view.tab === "firing" ? null : view.tab,
    host: view.host || null,
    rule: view.rule || null,
    severity: view.severity || null,
    span: view.span === "7d" ? null : view.span,
    from: isCustom ? view.from || null : null,
    to: isCustom ? view.to || null : null,
    page: view.page === 1 ? null : String(view.page),
  };
}

/** Whether anything but the time hides alerts. */
export function isFiltered({ host, rule, severity }: AlertsView): boolean {
  return host !== "" || rule !== "" || severity !== "";
}

/** Whether a view shows an alert, its tab aside; `chosen`: what monctl answered to `patternQuery`. */
export function isShown(
  alert: AlertView,
  { host, rule, severity }: AlertsView,
  chosen: ReadonlySet<number> | null,
): boolean {
  if (severity !== "" && alert.severity !== severity) return false;
  if (chosen) return chosen.has(alert.id);
  return alert.host.includes(host.trim()) && (rule === "" || alert.rule === rule);
}

/** The query of `GET /alerts` for a view with patterns or tags, which only monctl reads; null without them. */
export function patternQuery({ host, rule }: AlertsView) {
  if (!isSelector(host.trim()) && !PATTERN.test(rule)) return null;
  return { host: hostSelector(host), rule: rule || null };
}

/** The selector of what somebody typed: a plain word is a part of a name. */
export function hostSelector(typed: string): string | null {
  const text = typed.trim();
  if (text === "") return null;
  return isSelector(text) ? text : `*${text}*`;
}

function isSelector(text: string): boolean {
  return text.startsWith("tag:") || PATTERN.test(text);
}

/** The query of `GET /alerts/history` for a view. */
export function historyQuery(view: AlertsView, pageSize: number) {
  const isCustom = view.span === "custom";
  return {
    start: isCustom ? instant(view.from, "-7d") : `-${view.span}`,
    end: isCustom ? instant(view.to, "") : "",
    host: hostSelector(view.host),
    rule: view.rule || null,
    severity: view.severity || null,
    offset: (view.page - 1) * pageSize,
    limit: pageSize,
  };
}

function instant(local: string, otherwise: string): string {
  const milliseconds = Date.parse(local);
  return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : otherwise;
}
