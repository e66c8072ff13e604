/** How a host is, as the fleet knows it: also that it was paused, which no sample tells. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { fleet, revision } from "../../state/fleet";
import type { HostCondition } from "./HostStatePanel";

const UNKNOWN: HostCondition = { state: "pending", reason: null, detail: "", okTime: null };

export function useCondition(name: string): HostCondition {
  return useMemo(() => conditionOf(name), [name]).value;
}

/** The same object for as long as nothing in it changes. */
function conditionOf(name: string) {
  let kept = UNKNOWN;
  return computed(() => {
    revision.value;
    const found = fleet.hosts.get(name) ?? UNKNOWN;
    const { state, reason, detail } = found;
    // when a good host was last good is not shown, and changes with each poll
    const okTime = state === "ok" ? null : found.okTime;
    const isSame =
      state === kept.state && reason === kept.reason && detail === kept.detail && okTime === kept.okTime;
    if (!isSame) kept = { state, reason, detail, okTime };
    return kept;
  });
}
