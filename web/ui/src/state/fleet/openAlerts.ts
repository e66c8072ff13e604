/** The alerts that are pending or firing now. */

import type { AlertView, LiveAlert, Severity } from "../../api/types";
import { type AlertCount, NO_ALERTS } from "./hostRecord";

export const SEVERITY_RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Alerts by id, and by host. */
export class OpenAlerts {
  private readonly byId = new Map<number, AlertView>();
  private readonly byHost = new Map<string, Map<number, AlertView>>();

  /** Every open alert, the worst first: firing before pending, by severity, then the newest. */
  list(): AlertView[] {
    return [...this.byId.values()].sort(compareAlerts);
  }

  /** A text that is another when alerts came, went or fired. */
  key(): string {
    return [...this.byId.values()].map(({ id, state }) => `${id}${state}`).join();
  }

  /** How many fire, of all hosts and of the poller itself. */
  get firing(): number {
    let count = 0;
    for (const alert of this.byId.values()) if (alert.state === "firing") count += 1;
    return count;
  }

  /** Those of one host; of the poller itself for an empty name. */
  ofHost(host: string): AlertView[] {
    return [...(this.byHost.get(host)?.values() ?? [])].sort(compareAlerts);
  }

  /** What a line of the fleet says of a host's alerts. */
  count(host: string): AlertCount {
    let firing = 0;
    let worst: Severity | null = null;
    for (const alert of this.byHost.get(host)?.values() ?? []) {
      if (alert.state !== "firing") continue;
      firing += 1;
      if (worst === null || SEVERITY_RANK[alert.severity] < SEVERITY_RANK[worst]) worst = alert.severity;
    }
    return firing === 0 ? NO_ALERTS : { firing, worst };
  }

  /** Forgets all and takes these. */
  replace(alerts: Iterable<AlertView>): void {
    this.byId.clear();
    this.byHost.clear();
    for (const alert of alerts) this.apply(alert);
  }

  /** Takes over one alert as it stands; one that is over goes. */
  apply(alert: LiveAlert): void {
    const { state } = alert;
    if (state === "pending" || state === "firing") this.keep({ ...alert, state });
    else this.drop(alert);
  }

  private keep(alert: AlertView): void {
    this.byId.set(alert.id, alert);
    const ofHost = this.byHost.get(alert.host) ?? new Map<number, AlertView>();
    ofHost.set(alert.id, alert);
    this.byHost.set(alert.host, ofHost);
  }

  private drop(alert: LiveAlert): void {
    this.byId.delete(alert.id);
    const ofHost = this.byHost.get(alert.host);
    ofHost?.delete(alert.id);
    if (ofHost?.size === 0) this.byHost.delete(alert.host);
  }
}

function compareAlerts(one: AlertView, other: AlertView): number {
  return (
    Number(one.state === "pending") - Number(other.state === "pending") ||
    SEVERITY_RANK[one.severity] - SEVERITY_RANK[other.severity] ||
    other.since.localeCompare(one.since)
  );
}
