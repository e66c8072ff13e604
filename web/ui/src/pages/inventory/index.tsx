/** Inventory: the list of hosts, one host's settings, adding one, importing many. */

import { t } from "../../i18n";
import type { PageProps } from "../../router";
import { may } from "../../state/session";
import { EmptyState } from "../../ui/EmptyState";
import { PageHeader } from "../../ui/PageHeader";
import { AddedHost } from "./AddedHost";
import { AddHost } from "./AddHost";
import { HostList } from "./HostList";
import { HostSettings } from "./HostSettings";
import { ImportHosts } from "./ImportHosts";

export default function InventoryPage({ place }: PageProps) {
  const name = place.query.get("host");
  const isImport = place.query.has("import");
  if (place.route === "addHost" && name) return <AddedHost key={name} name={name} />;
  if ((place.route === "addHost" || isImport) && !may("admin")) return <Forbidden isImport={isImport} />;
  if (place.route === "addHost") return <AddHost />;
  if (isImport) return <ImportHosts />;
  return name ? <HostSettings key={name} name={name} /> : <HostList query={place.query} />;
}

function Forbidden({ isImport }: { isImport: boolean }) {
  return (
    <>
      <PageHeader title={t(isImport ? "inventory.import.title" : "inventory.add")} />
      <EmptyState title={t("error.forbidden")} />
    </>
  );
}
