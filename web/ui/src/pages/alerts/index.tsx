/** Alerts: those that are, those that were, and each one's own page. */

import { t } from "../../i18n";
import { type PageProps, setQuery } from "../../router";
import { areAlertsLoaded } from "../../state/fleet";
import { PageHeader } from "../../ui/PageHeader";
import { Tabs } from "../../ui/Tabs";
import { AlertHistory } from "./AlertHistory";
import { AlertList } from "./AlertList";
import { AlertPage } from "./AlertPage";
import { AlertTools } from "./AlertTools";
import { useOpenAlerts } from "./useOpenAlerts";
import { type AlertsView, queryOf, readView, TABS } from "./view";

export default function AlertsPage({ place }: PageProps) {
  const { id } = place.params;
  return id === undefined ? <Lists query={place.query} /> : <AlertPage key={id} id={id} />;
}

function Lists({ query }: { query: URLSearchParams }) {
  const view = readView(query);
  const open = useOpenAlerts();
  const show = (next: AlertsView) => setQuery(queryOf(next));
  const clear = () => show({ ...view, host: "", rule: "", severity: "", page: 1 });
  const tabs = TABS.map((tab) => {
    const text = t(`alerts.tab.${tab}`);
    if (tab === "history" || !areAlertsLoaded.value) return [tab, text] as const;
    return [tab, text, open[tab].length] as const;
  });
  return (
    <>
      <PageHeader title={t("alerts.title")} />
      <Tabs
        label={t("alerts.tabs")}
        tabs={tabs}
        chosen={view.tab}
        onChoose={(tab) => show({ ...view, tab, page: 1 })}
      />
      <AlertTools view={view} onView={show} />
      {view.tab === "history" ? (
        <AlertHistory view={view} onPage={(page) => show({ ...view, page })} onClear={clear} />
      ) : (
        <AlertList key={view.tab} alerts={open[view.tab]} tab={view.tab} view={view} onClear={clear} />
      )}
    </>
  );
}
