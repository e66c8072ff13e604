/** The open alerts as they are now: pending and firing by the stream, with the silence that covers each. */

import type { AlertView, SilenceView } from "../../api/types";
import { fleet, revision } from "../../state/fleet";
import { coveringSilence } from "../silences/coveringSilence";
import { openSilences, useOpenSilences } from "../silences/openSilences";
import type { Tab } from "./view";

export interface OpenAlert {
  readonly alert: AlertView;
  readonly silence: SilenceView | undefined;
}

/** Open alerts by the tab that they belong to, the worst first in each. */
export type OpenAlerts = Readonly<Record<Exclude<Tab, "history">, readonly OpenAlert[]>>;

/** Drawn anew whenever the stream brings something. */
export function useOpenAlerts(): OpenAlerts {
  revision.value;
  useOpenSilences();
  const alerts: Record<Exclude<Tab, "history">, OpenAlert[]> = { firing: [], pending: [], silenced: [] };
  for (const alert of fleet.alerts.list()) {
    const silence = coveringSilence(openSilences.value ?? [], alert);
    if (silence) alerts.silenced.push({ alert, silence });
    else alerts[alert.state === "firing" ? "firing" : "pending"].push({ alert, silence });
  }
  return alerts;
}
