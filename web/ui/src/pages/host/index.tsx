/** One host: what is wrong with it, and how it got there. */

import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { apiPath, get } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import type { PageProps } from "../../router";
import { fleet, isLoaded, revision } from "../../state/fleet";
import { pageTitle } from "../../state/pageTitle";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { useData } from "../../ui/useData";
import { HostBody } from "./HostBody";
import { UnknownHost } from "./UnknownHost";

export default function HostPage({ place }: PageProps) {
  const name = place.params.name ?? "";
  return <NamedHost key={name} name={name} query={place.query} />;
}

function NamedHost({ name, query }: { name: string; query: URLSearchParams }) {
  useEffect(() => {
    pageTitle.value = name;
  }, [name]);
  const membership = useComputed(() => membershipOf(name));
  const { data, error, reload } = useData(`${name} ${MEMBERSHIP_KEYS[membership.value]}`, (signal) =>
    get<HostView>(apiPath("hosts", name), { signal }),
  );
  if (error instanceof ApiProblem && error.status === 404) {
    return <UnknownHost name={name} suggestion={error.suggestion} />;
  }
  if (!data && (error || membership.value === "unknown" || membership.value === "gone")) {
    return error ? (
      <>
        <h1>{name}</h1>
        <ErrorState error={error} onRetry={reload} />
      </>
    ) : (
      <>
        <h1>{name}</h1>
        <p class="visually-hidden">{t("common.loading")}</p>
        <Loading lines={12} />
      </>
    );
  }
  return <HostBody name={name} host={data} query={query} onChanged={reload} />;
}

type Membership = "unknown" | "there" | "paused" | "gone";

/** When these change, what the inventory says of the host is asked for anew. */
const MEMBERSHIP_KEYS = { unknown: "there", there: "there", paused: "paused", gone: "gone" } as const;

/** What the fleet knows of a host of this name. */
function membershipOf(name: string): Membership {
  if (!isLoaded.value) return "unknown";
  revision.value;
  const record = fleet.hosts.get(name);
  return record === undefined ? "gone" : record.state === "paused" ? "paused" : "there";
}
