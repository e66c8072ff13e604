/** Open alerts as a reason to ask anew. */

import { useEffect, useRef } from "preact/hooks";
import { fleet, revision } from ".";

const CALM_MILLISECONDS = 1_500;

/** Calls back a while after open alerts came, went or fired: for answers that depend on which there are. */
export function useAlertChanges(onChange: () => void): void {
  revision.value;
  const key = fleet.alerts.key();
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(onChange, CALM_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [key]);
}
