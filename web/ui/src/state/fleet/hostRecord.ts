/** What is known of one host: patched in place as the stream tells of it. */

import type {
  CurrentHostView,
  HistoryPoint,
  HostState,
  Labels,
  LiveStateView,
  Outcome,
  PointView,
  Severity,
} from "../../api/types";
import { HalfHour } from "./halfHour";

/** Open alerts of a host: how many fire, and the worst of them. */
export interface AlertCount {
  readonly firing: number;
  readonly worst: Severity | null;
}

/** The figures of a summary; null where they are not known. */
export interface Figures {
  cpuPercent: number | null;
  memoryPercent: number | null;
  swapPercent: number | null;
  load1: number | null;
  cpuCount: number | null;
  uptimeSeconds: number | null;
  diskPercent: number | null;
  diskPath: string | null;
  diskBusyPercent: number | null;
  receivedBytesPerSecond: number | null;
  sentBytesPerSecond: number | null;
}

/** One host. `version` grows with every change. Times are milliseconds since 1970. */
export interface HostRecord {
  readonly name: string;
  version: number;
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
    version: 0,
    state: "pending",
    reason: null,
    detail: "",
    pollTime: null,
    okTime: null,
    tags: {},
    errors: {},
    figures: figuresOf({}),
    alerts: NO_ALERTS,
    cpuHalfHour: new HalfHour(),
  };
}

/** Takes over what a snapshot or a sample says. */
export function applyCurrent(record: HostRecord, view: CurrentHostView): void {
  const pollTime = timeOf(view.time);
  const isNewPoll = pollTime !== record.pollTime;
  record.version += 1;
  record.state = view.state;
  record.reason = view.reason;
  record.detail = view.detail;
  record.pollTime = pollTime;
  record.okTime = timeOf(view.ok_time);
  record.tags = view.tags;
  record.errors = view.errors;
  record.figures = figuresOf(view.metrics);
  const { cpuPercent } = record.figures;
  const isGood = view.state === "ok" && isNewPoll;
  if (isGood && pollTime !== null && cpuPercent !== null) record.cpuHalfHour.add(pollTime / 1000, cpuPercent);
}

/** Takes over a change of state. */
export function applyState(record: HostRecord, view: LiveStateView): void {
  record.version += 1;
  record.state = view.state;
  record.reason = view.reason;
  record.detail = view.detail;
}

/** Takes over how many alerts the host has. */
export function applyAlerts(record: HostRecord, alerts: AlertCount): void {
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

function figuresOf(metrics: CurrentHostView["metrics"]): Figures {
  const disk = metrics.disk?.[0];
  return {
    cpuPercent: field(metrics.cpu?.[0], "usage_active"),
    memoryPercent: field(metrics.mem?.[0], "used_percent"),
    swapPercent: field(metrics.swap?.[0], "used_percent"),
    load1: field(metrics.system?.[0], "load1"),
    cpuCount: field(metrics.system?.[0], "n_cpus"),
    uptimeSeconds: field(metrics.system?.[0], "uptime"),
    diskPercent: field(disk, "used_percent"),
    diskPath: disk?.labels.path ?? null,
    diskBusyPercent: field(metrics.diskio?.[0], "util_percent"),
    receivedBytesPerSecond: field(metrics.net?.[0], "bytes_recv_per_second"),
    sentBytesPerSecond: field(metrics.net?.[0], "bytes_sent_per_second"),
  };
}

function field(point: PointView | undefined, name: string): number | null {
  return point?.fields[name] ?? null;
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
