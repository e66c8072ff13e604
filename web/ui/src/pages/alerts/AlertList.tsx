/** Open alerts of a tab; of very many the worst come first, the others when they are wanted. */

import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { areAlertsLoaded } from "../../state/fleet";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { AlertRow } from "./AlertRow";
import { useChosenAlerts } from "./useChosenAlerts";
import type { OpenAlert } from "./useOpenAlerts";
import { useRowKeys } from "./useRowKeys";
import { type AlertsView, isFiltered, isShown, type Tab } from "./view";

const STEP = 100;

interface AlertListProps {
  readonly alerts: readonly OpenAlert[];
  readonly tab: Exclude<Tab, "history">;
  readonly view: AlertsView;
  onClear(): void;
}

export function AlertList({ alerts, tab, view, onClear }: AlertListProps) {
  const [most, setMost] = useState(STEP);
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  const { chosen, error, reload } = useChosenAlerts(view);
  if (error) return <ErrorState error={error} onRetry={reload} />;
  if (!areAlertsLoaded.value || chosen === undefined) return <Loading />;
  const matches = alerts.filter(({ alert }) => isShown(alert, view, chosen));
  if (matches.length === 0 && isFiltered(view)) return <NoMatch onClear={onClear} />;
  if (matches.length === 0) {
    return <EmptyState title={t(`alerts.empty.${tab}`)}>{t(`alerts.empty.${tab}.text`)}</EmptyState>;
  }
  return (
    <>
      <ul class="entries" ref={list} aria-label={t(`alerts.tab.${tab}`)}>
        {matches.slice(0, most).map(({ alert, silence }) => (
          <AlertRow key={alert.id} alert={alert} silence={silence} />
        ))}
      </ul>
      {matches.length > most ? (
        <div class="list-more">
          <Button onClick={() => setMost(most + STEP)}>
            {t("alerts.showMore", { count: matches.length - most })}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** Nothing is like what was asked for. */
export function NoMatch({ onClear }: { onClear(): void }) {
  return (
    <EmptyState
      title={t("alerts.noMatch")}
      actions={<Button onClick={onClear}>{t("alerts.noMatch.clear")}</Button>}
    />
  );
}
