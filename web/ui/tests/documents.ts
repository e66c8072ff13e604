/** Documents of the API for tests. */

import type { AlertView, CurrentHostView, CurrentView } from "../src/api/types";
import type { Fleet } from "../src/state/fleet/fleet";
import { Packer } from "../src/state/fleet/packed";

export const TIME = "2026-05-01T12:00:00.000Z";

export function host(name: string, changes: Partial<CurrentHostView> = {}): CurrentHostView {
  return {
    host: name,
    state: "ok",
    reason: null,
    detail: "",
    time: TIME,
    ok_time: TIME,
    age_seconds: 0,
    tags: {},
    metrics: {},
    errors: {},
    top_processes: null,
    facts: null,
    ...changes,
  };
}

export function withCpu(percent: number): Partial<CurrentHostView> {
  return { metrics: { cpu: [{ labels: { cpu: "cpu-total" }, fields: { usage_active: percent } }] } };
}

export function current(...hosts: CurrentHostView[]): CurrentView {
  return { time: TIME, hosts };
}

export function alert(id: number, changes: Partial<AlertView> = {}): AlertView {
  return {
    id,
    rule: "cpu-high",
    host: "web-1",
    labels: {},
    tags: {},
    state: "firing",
    severity: "warning",
    summary: "cpu.usage_active 97.3 % > 90 %",
    since: TIME,
    fired_at: TIME,
    resolved_at: null,
    resolution: null,
    reason: null,
    detail: "",
    readings: [],
    cleared_readings: null,
    members: [],
    top_processes: null,
    is_flapping: false,
    acknowledged: null,
    silenced_by: null,
    notified_at: null,
    escalated_at: null,
    ...changes,
  };
}

const packers = new WeakMap<Fleet, Packer>();

function packerOf(fleet: Fleet): Packer {
  const packer = packers.get(fleet) ?? new Packer();
  packers.set(fleet, packer);
  return packer;
}

/** Gives a fleet a snapshot as its stream would. */
export function takeSnapshot(fleet: Fleet, document: CurrentView): void {
  fleet.applyPacked(packerOf(fleet).pack(document, { isSnapshot: true }));
}

/** Gives a fleet samples as its stream would. */
export function takeSamples(fleet: Fleet, document: CurrentView): void {
  fleet.applyPacked(packerOf(fleet).pack(document, { isSnapshot: false }));
}
