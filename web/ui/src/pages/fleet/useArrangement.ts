/** The fleet in the order of a view, kept calm: figures that change each second do not make rows dance. */

import { useMemo, useRef } from "preact/hooks";
import { fleet, revision } from "../../state/fleet";
import { arrange, byName, type HostGroup } from "./arrange";
import { type FleetView, queryOf, type SortKey } from "./view";

const CALM_MILLISECONDS = 3000;
const RESTLESS: ReadonlySet<SortKey> = new Set(["age", "cpu", "memory", "load", "disk", "network"]);

interface Arrangement {
  readonly key: string;
  readonly time: number;
  readonly groups: HostGroup[];
}

/** The groups of a view; see `arrange`. */
export function useArrangement(view: FleetView): HostGroup[] {
  const arrangement = useRef<Arrangement | null>(null);
  const { value } = revision;
  const key = `${JSON.stringify(queryOf(view))} ${fleet.membership} ${RESTLESS.has(view.sort) ? "" : value}`;
  const time = performance.now();
  const hosts = useMemo(() => byName(fleet.hosts.values()), [fleet.membership]);
  if (arrangement.current?.key !== key || time - arrangement.current.time > CALM_MILLISECONDS) {
    arrangement.current = { key, time, groups: arrange(hosts, view) };
  }
  return arrangement.current.groups;
}
