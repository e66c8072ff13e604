/** Every host with where it comes from. */

import { useMemo } from "preact/hooks";
import { getAll } from "../../api/pages";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { href, setQuery } from "../../router";
import { fleet, revision } from "../../state/fleet";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { SearchField } from "../../ui/SearchField";
import { Select } from "../../ui/Select";
import { useData } from "../../ui/useData";
import { byName, filterHosts, type InventoryFilter, isFiltered, queryOf, readFilter, STATES } from "./filter";
import { HostTable } from "./HostTable";
import { importHref } from "./paths";

const MAX_HOSTS = 20_000;

export function HostList({ query }: { query: URLSearchParams }) {
  revision.value; // states of hosts, and hosts that come and go
  const { data, error, reload } = useData(`hosts ${fleet.membership}`, (signal) =>
    getAll<HostView>("/hosts", {}, { limit: MAX_HOSTS, signal }),
  );
  const hosts = useMemo(() => byName(data ?? []), [data]);
  const filter = readFilter(query);
  const onFilter = (next: InventoryFilter) => setQuery(queryOf(next));
  return (
    <>
      <PageHeader title={t("inventory.title")} actions={may("admin") ? <Actions /> : null} />
      {!data && error ? (
        <ErrorState error={error} onRetry={reload} />
      ) : !data ? (
        <Loading lines={12} />
      ) : hosts.length === 0 ? (
        <NoHosts />
      ) : (
        <Hosts hosts={hosts} filter={filter} onFilter={onFilter} onChanged={reload} />
      )}
    </>
  );
}

function Actions() {
  return (
    <>
      <LinkButton href={importHref()}>{t("inventory.import")}</LinkButton>
      <LinkButton kind="primary" icon="plus" href={href("addHost")}>
        {t("inventory.add")}
      </LinkButton>
    </>
  );
}

function NoHosts() {
  return (
    <EmptyState title={t("inventory.empty.title")} actions={may("admin") ? <Actions /> : null}>
      {t("inventory.empty.text")}
    </EmptyState>
  );
}

interface HostsProps {
  readonly hosts: readonly HostView[];
  readonly filter: InventoryFilter;
  onFilter(filter: InventoryFilter): void;
  onChanged(): void;
}

function Hosts({ hosts, filter, onFilter, onChanged }: HostsProps) {
  const matches = filterHosts(hosts, filter, (name) => fleet.hosts.get(name)?.state ?? null);
  const clear = () => onFilter({ search: "", owner: "", state: "" });
  return (
    <>
      <div class="tools inventory-tools">
        <SearchField
          label={t("inventory.search")}
          value={filter.search}
          onInput={(search) => onFilter({ ...filter, search })}
        />
        <Select
          label={t("inventory.owner")}
          value={filter.owner}
          options={[
            ["", t("inventory.owner.all")],
            ["file", t("inventory.owner.file")],
            ["api", t("inventory.owner.api")],
          ]}
          onChange={(owner) => onFilter({ ...filter, owner })}
        />
        <Select
          label={t("inventory.state")}
          value={filter.state}
          options={[
            ["", t("inventory.state.all")],
            ...STATES.map((one) => [one, t(`state.${one}`)] as const),
          ]}
          onChange={(state) => onFilter({ ...filter, state })}
        />
        <span class="inventory-count" role="status">
          {matches.length === hosts.length
            ? t("inventory.count", { count: hosts.length })
            : t("inventory.countOf", { shown: matches.length, count: hosts.length })}
        </span>
      </div>
      {matches.length === 0 && isFiltered(filter) ? (
        <EmptyState
          title={t("inventory.nothing.title")}
          actions={<Button onClick={clear}>{t("inventory.nothing.clear")}</Button>}
        />
      ) : (
        <HostTable hosts={matches} onChanged={onChanged} />
      )}
    </>
  );
}
