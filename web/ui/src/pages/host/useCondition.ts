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
  let condition: HostCondition | null = null;
  return computed(() => {
    revision.value;
    const record = fleet.hosts.get(name);
    if (!record) return null;
    const { state, reason, detail } = record;
    // when a good host was last good is not shown, and changes with each poll
    const okTime = state === "ok" ? null : record.okTime;
    const isSame =
      state === condition?.state &&
      reason === condition.reason &&
      detail === condition.detail &&
      okTime === condition.okTime;
    if (!isSame) condition = { state, reason, detail, okTime };
    return condition;
  });
}
