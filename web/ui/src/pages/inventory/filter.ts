/** Which hosts of the inventory are shown. */

import type { HostState, HostView } from "../../api/types";
import type { QueryChanges } from "../../router";

export type OwnerFilter = "" | "file" | "api";

/** What the address asks for; `state` is empty for any. */
export interface InventoryFilter {
  readonly search: string;
  readonly owner: OwnerFilter;
  readonly state: "" | HostState;
}

export const STATES: readonly HostState[] = ["down", "late", "pending", "ok", "paused"];

/** The filter of an address. */
export function readFilter(query: URLSearchParams): InventoryFilter {
  const owner = query.get("owner");
  return {
    search: query.get("q") ?? "",
    owner: owner === "file" || owner === "api" ? owner : "",
    state: STATES.find((state) => state === query.get("state")) ?? "",
  };
}

/** What to change in an address. */
export function queryOf(filter: InventoryFilter): QueryChanges {
  return { q: filter.search || null, owner: filter.owner || null, state: filter.state || null };
}

/** Whether anything hides hosts. */
export function isFiltered(filter: InventoryFilter): boolean {
  return filter.search !== "" || filter.owner !== "" || filter.state !== "";
}

/** The hosts that a filter lets through; `stateOf` knows the fleet. */
export function filterHosts(
  hosts: readonly HostView[],
  filter: InventoryFilter,
  stateOf: (name: string) => HostState | null,
): HostView[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  return hosts.filter(
    (host) =>
      (filter.owner === "" || host.owner === filter.owner) &&
      (filter.state === "" || stateOf(host.name) === filter.state) &&
      words.every((word) => textOf(host).includes(word)),
  );
}

/** Hosts as people order names: web-2 before web-10. */
export function byName(hosts: readonly HostView[]): HostView[] {
  return [...hosts].sort((one, other) => collator.compare(one.name, other.name));
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const texts = new WeakMap<HostView, string>();

function textOf(host: HostView): string {
  let text = texts.get(host);
  if (text === undefined) {
    const tags = Object.entries(host.tags ?? {}).map(([name, value]) => `${name}:${value}`);
    const parts = [host.name, host.address, host.user, host.jump, host.file, ...tags, ...(host.groups ?? [])];
    text = parts.filter(Boolean).join("\n").toLowerCase();
    texts.set(host, text);
  }
  return text;
}
