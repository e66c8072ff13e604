/** The alerts of a host: those that are open, and those that fired in the time shown. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { getAll } from "../../api/pages";
import type { AlertView } from "../../api/types";
import { fleet, revision } from "../../state/fleet";
import { useData } from "../../ui/useData";
import { type AlertOnChart, alertsOnCharts } from "./alertsOnCharts";
import type { Span } from "./useSpan";

const MAX_ALERTS = 500;

export interface HostAlerts {
  readonly open: readonly AlertView[];
  /** Those that are over, the newest first. */
  readonly past: readonly AlertView[];
  readonly marks: readonly AlertOnChart[];
  readonly error: unknown;
}

export function useHostAlerts(name: string, span: Span): HostAlerts {
  const open = useMemo(() => openAlertsOf(name), [name]).value;
  const ids = open.map(({ id, state }) => `${id} ${state}`).join();
  const { data, error } = useData(`${name} ${span.key} ${ids}`, (signal) =>
    getAll<AlertView>(
      "/alerts/history",
      { host: [name], start: String(span.start), end: String(span.end) },
      { limit: MAX_ALERTS, signal },
    ),
  );
  const past = useMemo(() => (data ?? []).filter(({ state }) => state === "resolved"), [data]);
  const marks = useMemo(() => alertsOnCharts([...open, ...past]), [open, past]);
  return { open, past, marks, error };
}

/** The open alerts as the stream tells them, the same list for as long as none of them changes. */
function openAlertsOf(name: string) {
  let latest: readonly AlertView[] = [];
  return computed(() => {
    revision.value;
    const alerts = fleet.alerts.ofHost(name);
    const isSame = alerts.length === latest.length && alerts.every((one, index) => one === latest[index]);
    if (!isSame) latest = alerts;
    return latest;
  });
}
