/** The silences that are not over. The stream does not tell of them, so they are asked for while they are shown. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getAll } from "../../api/pages";
import type { SilenceView } from "../../api/types";
import { serverNow } from "../../state/clock";
import { useAlertChanges } from "../../state/fleet/useAlertChanges";

const LOOK_MILLISECONDS = 15_000;
const LEAST_MILLISECONDS = 500;

/** Active and scheduled ones, the oldest first, as monctl asks them; null before the first answer. */
export const unexpired = signal<readonly SilenceView[] | null>(null);

/** Why they could not be had the last time; null when they could. */
export const unexpiredError = signal<unknown>(null);

let watchers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Keeps `unexpired` up to date for as long as the component is there. */
export function useUnexpired(): readonly SilenceView[] | null {
  useEffect(() => {
    watchers += 1;
    void reloadUnexpired();
    return () => {
      watchers -= 1;
      if (watchers === 0) clearTimeout(timer);
    };
  }, []);
  useAlertChanges(reloadUnexpired);
  return unexpired.value;
}

/** Asks at once: after a change. */
export async function reloadUnexpired(): Promise<void> {
  try {
    const silences = await getAll<SilenceView>("/silences", { state: ["active", "pending"] });
    unexpired.value = silences.sort((one, other) => one.id - other.id);
    unexpiredError.value = null;
  } catch (error) {
    unexpiredError.value = error;
  }
  clearTimeout(timer);
  if (watchers > 0) timer = setTimeout(() => void reloadUnexpired(), nextLook());
}

/** One that begins or ends is seen at that moment. */
function nextLook(): number {
  const changes = (unexpired.peek() ?? []).flatMap(({ next_change_at: at }) => (at ? [Date.parse(at)] : []));
  const soonest = Math.min(...changes) - serverNow();
  return Math.max(LEAST_MILLISECONDS, Math.min(LOOK_MILLISECONDS, soonest + LEAST_MILLISECONDS));
}
