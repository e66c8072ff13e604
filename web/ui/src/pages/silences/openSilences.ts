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
export const openSilences = signal<readonly SilenceView[] | null>(null);

/** Why they could not be had the last time; null when they could. */
export const openSilencesError = signal<unknown>(null);

let watchers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Keeps `openSilences` up to date for as long as the component is there. */
export function useOpenSilences(): readonly SilenceView[] | null {
  useEffect(() => {
    watchers += 1;
    void reloadOpenSilences();
    return () => {
      watchers -= 1;
      if (watchers === 0) clearTimeout(timer);
    };
  }, []);
  useAlertChanges(reloadOpenSilences);
  return openSilences.value;
}

/** Asks at once: after a change. */
export async function reloadOpenSilences(): Promise<void> {
  try {
    const silences = await getAll<SilenceView>("/silences", { state: ["active", "pending"] });
    openSilences.value = silences.sort((one, other) => one.id - other.id);
    openSilencesError.value = null;
  } catch (error) {
    openSilencesError.value = error;
  }
  clearTimeout(timer);
  if (watchers > 0) timer = setTimeout(() => void reloadOpenSilences(), nextLook());
}

/** One that begins or ends is seen at that moment. */
function nextLook(): number {
  const changes = (openSilences.peek() ?? []).flatMap(({ next_change_at: at }) =>
    at ? [Date.parse(at)] : [],
  );
  const soonest = Math.min(...changes) - serverNow();
  return Math.max(LEAST_MILLISECONDS, Math.min(LOOK_MILLISECONDS, soonest + LEAST_MILLISECONDS));
}
