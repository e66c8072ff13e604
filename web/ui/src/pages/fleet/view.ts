/** What is shown of the fleet and how, as the address says it. */

import type { HostState } from "../../api/types";
import type { QueryChanges } from "../../router";

export const SORT_KEYS = [
  "worst",
  "state",
  "name",
  "age",
  "cpu",
  "memory",
  "load",
  "disk",
  "network",
  "alerts",
] as const;

export type SortKey = (typeof SORT_KEYS)[number];
export type Shape = "table" | "cards";

/** The states in the order in which they matter. */
export const STATES: readonly HostState[] = ["down", "late", "pending", "ok", "paused"];

/** `tags`: `name:value` each, all of which must hold. `group`: a tag's name. `shape`: null for what fits. */
export interface FleetView {
  readonly search: string;
  readonly states: readonly HostState[];
  readonly tags: readonly string[];
  readonly sort: SortKey;
  readonly isReversed: boolean;
  readonly group: string | null;
  readonly shape: Shape | null;
}

/** The view that an address asks for; what it says wrongly is as if it were not there. */
export function readView(query: URLSearchParams): FleetView {
  const sort = query.get("sort") ?? "";
  const name = sort.replace(/^-/, "");
  const shape = query.get("view");
  return {
    search: query.get("q") ?? "",
    states: STATES.filter((state) => list(query, "state").includes(state)),
    tags: query.getAll("tag").filter((tag) => tag.includes(":")),
    sort: SORT_KEYS.find((key) => key === name) ?? "worst",
    isReversed: sort.startsWith("-"),
    group: query.get("group") || null,
    shape: shape === "table" || shape === "cards" ? shape : null,
  };
}

/** What to change in an address for a view to become another. */
export function queryOf(view: FleetView): QueryChanges {
  const sort = `${view.isReversed ? "-" : ""}${view.sort}`;
  return {
    q: view.search || null,
    state: view.states.join(",") || null,
    tag: view.tags,
    sort: sort === "worst" ? null : sort,
    group: view.group,
    view: view.shape,
  };
}

/** Whether anything hides hosts. */
export function isFiltered(view: FleetView): boolean {
  return view.search !== "" || view.states.length > 0 || view.tags.length > 0;
}

/** Sorted by a column, or the other way round when it was already. */
export function sortedBy(view: FleetView, sort: SortKey): FleetView {
  return { ...view, sort, isReversed: view.sort === sort && !view.isReversed };
}

/** A value in a list taken out, or put in where it is not. */
export function toggled<Value>(values: readonly Value[], value: Value): Value[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

function list(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? "").split(",").filter((one) => one !== "");
}
