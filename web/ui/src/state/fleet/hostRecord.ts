/** What is known of one host: patched in place as the stream tells of it. */

import { type Signal, signal } from "@preact/signals";
import type {
  CurrentHostView,
  HistoryPoint,
  HostState,
  Labels,
  LiveStateView,
  Outcome,
  Severity,
} from "../../api/types";
import { HalfHour } from "./halfHour";
import { FIGURES, type HostWords, VALUES } from "./packed";

/** Open alerts of a host: how many fire, and the worst of them. */
export interface AlertCount {
  readonly firing: number;
  readonly worst: Severity | null;
}

/** The figures of a summary, and the path of the fullest disk; null where they are not known. */
export type Figures = Record<(typeof FIGURES)[number], number | null> & { diskPath: string | null };

/** One host. `version` grows with every change, `looks` where that is not only one of numbers and times.
 *
 * `frameVersion` is a version that is to be seen: what reads it follows the record. Times are milliseconds since 1970.
 */
export interface HostRecord {
  readonly name: string;
  readonly frameVersion: Signal<number>;
  version: number;
  looks: number;
  state: HostState;
  reason: Outcome | null;
  detail: string;
  pollTime: number | null;
  okTime: number | null;
  tags: Labels;
  errors: Labels;
  figures: Figures;
  alerts: AlertCount;
  readonly cpuHalfHour: HalfHour;
}

export const NO_ALERTS: AlertCount = { firing: 0, worst: null };

/** A host of which nothing is known yet. */
export function newHostRecord(name: string): HostRecord {
  return {
    name,
    frameVersion: signal(0),
    version: 0,
    looks: 0,
    state: "pending",
    reason: null,
    detail: "",
    pollTime: null,
    okTime: null,
    tags: {},
    errors: {},
    figures: figuresOf(NO_VALUES, 0, null),
    alerts: NO_ALERTS,
    cpuHalfHour: new HalfHour(),
  };
}

/** Takes over what a snapshot or a sample says: words, and numbers from a place on (see VALUES). */
export function applyNews(record: HostRecord, words: HostWords, values: Float64Array, at: number): void {
  const pollTime = numberOf(values[at]);
  const isNewPoll = pollTime !== record.pollTime;
  if (!isSaid(record, words)) record.looks += 1;
  record.version += 1;
  record.state = words.state;
  record.reason = words.reason;
  record.detail = words.detail;
  record.pollTime = pollTime;
  record.okTime = numberOf(values[at + 1]);
  record.tags = words.tags;
  record.errors = words.errors;
  record.figures = figuresOf(values, at, words.diskPath);
  const { cpuPercent } = record.figures;
  const isGood = words.state === "ok" && isNewPoll;
  if (isGood && pollTime !== null && cpuPercent !== null) record.cpuHalfHour.add(pollTime / 1000, cpuPercent);
}

/** Takes over all that a document says beside figures: these, and their time, come with the fleet's stream. */
export function applyCondition(record: HostRecord, view: CurrentHostView): void {
  applyState(record, view);
  record.pollTime ??= timeOf(view.time);
  record.okTime = timeOf(view.ok_time);
  record.tags = view.tags;
  record.errors = view.errors;
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** Takes over a change of state. */
export function applyState(
  record: HostRecord,
  view: Pick<LiveStateView, "state" | "reason" | "detail">,
): void {
  record.looks += 1;
  record.version += 1;
  record.state = view.state;
  record.reason = view.reason;
  record.detail = view.detail;
}

/** Takes over how many alerts the host has. */
export function applyAlerts(record: HostRecord, alerts: AlertCount): void {
  record.looks += 1;
  record.version += 1;
  record.alerts = alerts;
}

/** Takes over the history of the CPU's last half hour. */
export function applyCpuHistory(record: HostRecord, points: readonly HistoryPoint[]): void {
  record.version += 1;
  record.cpuHalfHour.fill(points);
}

/** The load for each processor. */
export function loadPerCore(figures: Figures): number | null {
  const { load1, cpuCount } = figures;
  return load1 === null || cpuCount === null || cpuCount <= 0 ? null : load1 / cpuCount;
}

/** The words of a stream stay the same objects until they change. */
function isSaid(record: HostRecord, { state, reason, detail, tags, errors }: HostWords): boolean {
  return (
    record.state === state &&
    record.reason === reason &&
    record.detail === detail &&
    record.tags === tags &&
    record.errors === errors
  );
}

const NO_VALUES = new Float64Array(VALUES).fill(Number.NaN);

function figuresOf(values: Float64Array, at: number, diskPath: string | null): Figures {
  const figures = { diskPath } as Figures;
  const first = at + VALUES - FIGURES.length;
  FIGURES.forEach((name, index) => {
    figures[name] = numberOf(values[first + index]);
  });
  return figures;
}

function numberOf(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
