/** The fleet as the stream tells of it: hosts are patched in place, so that a thousand cost little. */

import type {
  AlertView,
  CurrentHostView,
  HistoryView,
  HostState,
  LiveAlert,
  LiveInventoryView,
  LiveStateView,
} from "../../api/types";
import {
  applyAlerts,
  applyCondition,
  applyCpuHistory,
  applyNews,
  applyState,
  type HostRecord,
  newHostRecord,
} from "./hostRecord";
import { OpenAlerts } from "./openAlerts";
import { type HostWords, type PackedHosts, VALUES, valuesOf, wordsOf } from "./packed";

/** Hosts in each state. */
export type StateCounts = Readonly<Record<HostState, number>>;

/** Hosts and open alerts. `membership` grows when hosts come, go, or are written otherwise (their tags). */
export class Fleet {
  readonly hosts = new Map<string, HostRecord>();
  readonly alerts = new OpenAlerts();
  membership = 0;
  /** Of the stream's hosts, by number. */
  private names: string[] = [];
  private words: HostWords[] = [];

  /** How many hosts are in each state. */
  countStates(): StateCounts {
    const counts = { ok: 0, late: 0, down: 0, paused: 0, pending: 0 };
    for (const record of this.hosts.values()) counts[record.state] += 1;
    return counts;
  }

  /** Takes what the stream says of hosts; those that a snapshot does not name are gone. Their past stays. */
  applyPacked({ isSnapshot, names, numbers, values, words }: PackedHosts): void {
    if (isSnapshot) this.beginAnew(names);
    this.names.push(...names);
    for (const [number, hostWords] of words) this.words[number] = hostWords;
    numbers.forEach((number, index) => {
      const name = this.names[number];
      const hostWords = this.words[number];
      if (name !== undefined && hostWords) applyNews(this.record(name), hostWords, values, index * VALUES);
    });
  }

  /** Takes hosts as a document of the API has them. */
  applyHosts(views: readonly CurrentHostView[]): void {
    for (const view of views) applyNews(this.record(view.host), wordsOf(view), valuesOf(view), 0);
  }

  /** Takes how a host is from a document of everything, whose figures are not those of a summary. */
  applyCondition(view: CurrentHostView): void {
    applyCondition(this.record(view.host), view);
  }

  /** Takes a host's change of state. */
  applyState(document: LiveStateView): void {
    applyState(this.record(document.host), document);
  }

  /** Forgets hosts that went; the names of those to ask for anew. */
  applyInventory(document: LiveInventoryView): string[] {
    for (const name of document.removed) this.forget(name);
    this.membership += 1;
    return [...document.added, ...document.changed];
  }

  /** Takes all open alerts. */
  replaceAlerts(alerts: readonly AlertView[]): void {
    this.alerts.replace(alerts);
    for (const record of this.hosts.values()) applyAlerts(record, this.alerts.count(record.name));
  }

  /** Takes one alert as it stands. */
  applyAlert(alert: LiveAlert): void {
    this.alerts.apply(alert);
    const record = this.hosts.get(alert.host);
    if (record) applyAlerts(record, this.alerts.count(alert.host));
  }

  /** Takes the past half hour of every host's CPU. */
  fillHalfHours(history: HistoryView): void {
    for (const series of history.series) {
      const record = this.hosts.get(series.host);
      if (record) applyCpuHistory(record, series.points);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.beginAnew([]);
    this.alerts.replace([]);
    this.membership += 1;
  }

  private record(name: string): HostRecord {
    let record = this.hosts.get(name);
    if (!record) {
      record = newHostRecord(name);
      record.alerts = this.alerts.count(name);
      this.hosts.set(name, record);
      this.membership += 1;
    }
    return record;
  }

  private beginAnew(names: readonly string[]): void {
    const present = new Set(names);
    for (const name of this.hosts.keys()) if (!present.has(name)) this.forget(name);
    this.names = [];
    this.words = [];
  }

  private forget(name: string): void {
    if (this.hosts.delete(name)) this.membership += 1;
  }
}
