/** The fleet at a glance. */

import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { href, type PageProps, setQuery } from "../../router";
import { isLoaded, wantHalfHours } from "../../state/fleet";
import { pageTitle } from "../../state/pageTitle";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Loading } from "../../ui/Loading";
import { FleetCards } from "./FleetCards";
import { FleetSummary } from "./FleetSummary";
import { FleetTable } from "./FleetTable";
import { FleetTools } from "./FleetTools";
import { useArrangement } from "./useArrangement";
import { type FleetView, isFiltered, queryOf, readView } from "./view";

const NARROW = "(max-width: 640px)";

export default function FleetPage({ place }: PageProps) {
  const view = readView(place.query);
  const groups = useArrangement(view);
  const onView = (next: FleetView) => setQuery(queryOf(next));
  const shape = view.shape ?? (matchMedia(NARROW).matches ? "cards" : "table");
  const count = groups.reduce((sum, group) => sum + group.hosts.length, 0);
  const title = t("fleet.title");
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
  useEffect(wantHalfHours, []);
  return (
    <>
      <h1 class="visually-hidden">{title}</h1>
      {isLoaded.value ? (
        <>
          <div class="fleet-head">
            <FleetSummary view={view} onView={onView} />
            <FleetTools view={view} shape={shape} onView={onView} />
          </div>
          {count === 0 ? (
            <Nothing view={view} onView={onView} />
          ) : shape === "table" ? (
            <FleetTable groups={groups} view={view} onView={onView} />
          ) : (
            <FleetCards groups={groups} view={view} />
          )}
        </>
      ) : (
        <Loading lines={16} />
      )}
    </>
  );
}

interface NothingProps {
  readonly view: FleetView;
  onView(view: FleetView): void;
}

function Nothing({ view, onView }: NothingProps) {
  if (isFiltered(view)) {
    const all = () => onView({ ...view, search: "", states: [], tags: [] });
    return (
      <EmptyState
        title={t("fleet.nothing.title")}
        actions={<Button onClick={all}>{t("fleet.nothing.clear")}</Button>}
      />
    );
  }
  const add = may("admin") ? (
    <LinkButton kind="primary" icon="plus" href={href("addHost")}>
      {t("fleet.empty.add")}
    </LinkButton>
  ) : null;
  return (
    <EmptyState title={t("fleet.empty.title")} actions={add}>
      {t("fleet.empty.text")}
    </EmptyState>
  );
}
