/** Which hosts of the fleet are shown, in which order and groups. */

import type { HostState, Severity } from "../../api/types";
import { type HostRecord, loadPerCore } from "../../state/fleet/hostRecord";
import { SEVERITY_RANK } from "../../state/fleet/openAlerts";
import type { FleetView, SortKey } from "./view";

/** Hosts that share a tag's value; `value` is null for those without, and for all when there are no groups. */
export interface HostGroup {
  readonly value: string | null;
  readonly hosts: readonly HostRecord[];
}

const STATE_RANK: Readonly<Record<HostState, number>> = { down: 0, late: 2, pending: 5, ok: 6, paused: 7 };
const ALERT_RANK: Readonly<Record<Severity, number>> = { critical: 1, warning: 3, info: 4 };

/** Hosts as people order names: web-2 before web-10. */
export function byName(hosts: Iterable<HostRecord>): HostRecord[] {
  return [...hosts].sort((one, other) => compareNames(one.name, other.name));
}

/** The groups of a view in order; one group without a value where hosts are not grouped.
 *
 * `hosts` come by name, which is slow to sort by, and stay so where the view's order makes no difference.
 */
export function arrange(hosts: readonly HostRecord[], view: FleetView): HostGroup[] {
  const rows = sortedFor(hosts.filter(matcher(view)), view);
  return view.group === null ? [{ value: null, hosts: rows }] : groupsOf(rows, view.group);
}

/** How bad it is with a host: the lower, the worse. Down comes before alerts, and these before late ones. */
export function worstRank(record: HostRecord): number {
  const byState = STATE_RANK[record.state];
  const { worst } = record.alerts;
  return worst === null || record.state === "paused" ? byState : Math.min(byState, ALERT_RANK[worst]);
}

/** Every tag's name with its values and how many hosts have each, all in order. */
export function tagValues(hosts: Iterable<HostRecord>): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { tags } of hosts) {
    for (const [name, value] of Object.entries(tags)) {
      const values = counts.get(name) ?? new Map<string, number>();
      values.set(value, (values.get(value) ?? 0) + 1);
      counts.set(name, values);
    }
  }
  return new Map(entriesByName(counts).map(([name, values]) => [name, new Map(entriesByName(values))]));
}

function entriesByName<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([one], [other]) => compareNames(one, other));
}

function groupsOf(hosts: readonly HostRecord[], tag: string): HostGroup[] {
  const groups = new Map<string | null, HostRecord[]>();
  for (const record of hosts) {
    const value = record.tags[tag] ?? null;
    const group = groups.get(value);
    if (group) group.push(record);
    else groups.set(value, [record]);
  }
  return [...groups]
    .map(([value, members]) => ({ value, hosts: members }))
    .sort((one, other) => compareGroups(one.value, other.value));
}

function compareGroups(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return compareNames(one, other);
}

function matcher(view: FleetView): (record: HostRecord) => boolean {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const tags = view.tags.map(splitTag);
  return (record) =>
    (view.states.length === 0 || view.states.includes(record.state)) &&
    tags.every(([name, value]) => record.tags[name] === value) &&
    (words.length === 0 || hasWords(record, words));
}

/** `env:prod` as name and value; the value may have colons of its own. */
export function splitTag(tag: string): [name: string, value: string] {
  const at = tag.indexOf(":");
  return [tag.slice(0, at), tag.slice(at + 1)];
}

function hasWords(record: HostRecord, words: readonly string[]): boolean {
  const text = [record.name, record.reason ?? "", ...Object.values(record.tags)].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}

function sortedFor(hosts: readonly HostRecord[], view: FleetView): HostRecord[] {
  if (view.sort === "name") return view.isReversed ? hosts.toReversed() : [...hosts];
  const measure = MEASURES[view.sort];
  const sign = view.isReversed ? -1 : 1;
  return hosts
    .map((record) => ({ record, value: measure(record) }))
    .sort((one, other) => compareMeasures(one.value, other.value, sign))
    .map(({ record }) => record);
}

/** What is not known comes last in either direction. */
function compareMeasures(one: number | null, other: number | null, sign: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return sign * (one - other);
}

/** Smaller comes first: the greatest figures, which are the interesting ones, are turned round. */
const MEASURES: Readonly<Record<Exclude<SortKey, "name">, (record: HostRecord) => number | null>> = {
  worst: worstRank,
  state: (record) => STATE_RANK[record.state],
  age: (record) => record.pollTime,
  cpu: (record) => negative(record.figures.cpuPercent),
  memory: (record) => negative(record.figures.memoryPercent),
  load: (record) => negative(loadPerCore(record.figures)),
  disk: (record) => negative(record.figures.diskPercent),
  network: ({ figures }) =>
    figures.receivedBytesPerSecond === null && figures.sentBytesPerSecond === null
      ? null
      : -((figures.receivedBytesPerSecond ?? 0) + (figures.sentBytesPerSecond ?? 0)),
  alerts: ({ alerts }) => (alerts.worst === null ? null : SEVERITY_RANK[alerts.worst] * 1000 - alerts.firing),
};

function negative(value: number | null): number | null {
  return value === null ? null : -value;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compareNames(one: string, other: string): number {
  return collator.compare(one, other);
}
