/** How a host is, as the fleet knows it: also that it was paused, which no sample tells. */

import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { fleet, revision } from "../../state/fleet";
import type { HostCondition } from "./HostStatePanel";

/** Null before anything is known. */
export function useCondition(name: string): HostCondition | null {
  return useMemo(() => conditionOf(name), [name]).value;
}

/** The same object for as long as nothing in it changes. */
function conditionOf(name: string) {
  let kept: HostCondition | null = null;
  return computed(() => {
    revision.value;
    const found = fleet.hosts.get(name);
    if (!found) return null;
    const { state, reason, detail } = found;
    // when a good host was last good is not shown, and changes with each poll
    const okTime = state === "ok" ? null : found.okTime;
    const isSame =
      state === kept?.state && reason === kept.reason && detail === kept.detail && okTime === kept.okTime;
    if (!isSame) kept = { state, reason, detail, okTime };
    return kept;
  });
}
