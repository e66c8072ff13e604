/** Alerts that were, a page at a time, the newest first. */

import { useRef } from "preact/hooks";
import { get } from "../../api/http";
import type { AlertView, Page } from "../../api/types";
import { t } from "../../i18n";
import { useAlertChanges } from "../../state/fleet/useAlertChanges";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { useData } from "../../ui/useData";
import { NoMatch } from "./AlertList";
import { AlertRow } from "./AlertRow";
import { useRowKeys } from "./useRowKeys";
import { type AlertsView, historyQuery, isFiltered } from "./view";

const PAGE_SIZE = 50;

interface AlertHistoryProps {
  readonly view: AlertsView;
  onPage(page: number): void;
  onClear(): void;
}

export function AlertHistory({ view, onPage, onClear }: AlertHistoryProps) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  const query = historyQuery(view, PAGE_SIZE);
  const { data, error, isLoading, reload } = useData(JSON.stringify(query), (signal) =>
    get<Page<AlertView>>("/alerts/history", { query: { ...query, end: query.end || null }, signal }),
  );
  useAlertChanges(reload);
  if (error && (!data || !isLoading)) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  if (data.items.length === 0 && view.page > 1) onPage(1);
  if (data.items.length === 0) {
    if (isFiltered(view)) return <NoMatch onClear={onClear} />;
    return <EmptyState title={t("alerts.empty.history")}>{t("alerts.empty.history.text")}</EmptyState>;
  }
  return (
    <>
      <ul class="entries" ref={list} aria-label={t("alerts.tab.history")} aria-busy={isLoading}>
        {data.items.map((alert) => (
          <AlertRow key={alert.id} alert={alert} isPast />
        ))}
      </ul>
      <Pages page={view.page} total={data.total} onPage={onPage} />
    </>
  );
}

function Pages({ page, total, onPage }: { page: number; total: number; onPage(page: number): void }) {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const from = (page - 1) * PAGE_SIZE + 1;
  return (
    <nav class="pages" aria-label={t("alerts.pages")}>
      <Button disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {t("alerts.pages.newer")}
      </Button>
      <span class="muted">
        {t("alerts.pages.at", { from, to: Math.min(total, page * PAGE_SIZE), total })}
      </span>
      <Button disabled={page >= last} onClick={() => onPage(page + 1)}>
        {t("alerts.pages.older")}
      </Button>
    </nav>
  );
}
