import { describe, expect, test } from "vitest";
import { Fleet } from "../src/state/fleet/fleet";
import { BUCKETS, HalfHour } from "../src/state/fleet/halfHour";
import { loadPerCore } from "../src/state/fleet/hostRecord";
import { Packer } from "../src/state/fleet/packed";
import { alert, current, host, TIME, takeSamples, takeSnapshot, withCpu } from "./documents";

function fleetOf(...names: string[]): Fleet {
  const fleet = new Fleet();
  takeSnapshot(fleet, current(...names.map((name) => host(name))));
  return fleet;
}

describe("packed hosts", () => {
  const words = (fleet: Fleet, name: string) => fleet.hosts.get(name);

  test("are told of by name and word once, and by number from then on", () => {
    const packer = new Packer();
    const first = packer.pack(current(host("web-1"), host("web-2")), { isSnapshot: true });
    expect(first.names).toEqual(["web-1", "web-2"]);
    expect(first.words).toHaveLength(2);
    const second = packer.pack(current(host("web-2", withCpu(42))), { isSnapshot: false });
    expect(second).toMatchObject({ names: [], words: [] });
    expect([...second.numbers]).toEqual([1]);
    expect([...second.values.slice(0, 4)]).toEqual([Date.parse(TIME), Date.parse(TIME), 42, Number.NaN]);
  });

  test("keep the figures of the summary when a page brings all of them", () => {
    const fleet = new Fleet();
    const disk = [{ labels: { path: "/data" }, fields: { used_percent: 91 } }];
    takeSnapshot(fleet, current(host("web-1", { metrics: { disk } })));
    const image = { labels: { path: "/image" }, fields: { used_percent: 100 } };
    fleet.applyCondition(
      host("web-1", { state: "late", errors: { temp: "gone" }, metrics: { disk: [image] } }),
    );
    expect(fleet.hosts.get("web-1")).toMatchObject({
      state: "late",
      errors: { temp: "gone" },
      figures: { diskPath: "/data", diskPercent: 91 },
    });
  });

  test("are not busy while they only wait for disks", () => {
    const cpu = [{ labels: { cpu: "cpu-total" }, fields: { usage_active: 99, usage_busy: 3 } }];
    const fleet = new Fleet();
    takeSnapshot(fleet, current(host("web-1", { metrics: { cpu } })));
    expect(fleet.hosts.get("web-1")?.figures.cpuPercent).toBe(3);
  });

  test("say again what has changed, and what has changed back", () => {
    const fleet = fleetOf("web-1");
    takeSamples(fleet, current(host("web-1", { state: "down", reason: "refused", tags: { env: "a" } })));
    expect(words(fleet, "web-1")).toMatchObject({ state: "down", reason: "refused", tags: { env: "a" } });
    takeSamples(fleet, current(host("web-1")));
    expect(words(fleet, "web-1")).toMatchObject({ state: "ok", reason: null, tags: {} });
  });

  test("begin anew with each snapshot, in whatever order it names them", () => {
    const fleet = fleetOf("web-1", "web-2", "web-3");
    takeSnapshot(fleet, current(host("web-3", withCpu(3)), host("web-1", withCpu(1))));
    takeSamples(fleet, current(host("web-4", withCpu(4)), host("web-1", withCpu(11))));
    const cpus = [...fleet.hosts.values()].map(({ name, figures }) => [name, figures.cpuPercent]);
    expect(cpus).toEqual([
      ["web-1", 11],
      ["web-3", 3],
      ["web-4", 4],
    ]);
  });

  test("of a stream that was closed meanwhile are passed over", () => {
    const fleet = fleetOf("web-1");
    fleet.clear();
    takeSamples(fleet, current(host("web-1", withCpu(42))));
    expect(fleet.hosts.size).toBe(0);
  });

  test("are what a document says, whichever way it came", () => {
    const disk = [{ labels: { path: "/data" }, fields: { used_percent: 91 } }];
    const view = host("web-1", { metrics: { disk }, time: null, detail: "slow", errors: { net: "gone" } });
    const [packed, plain] = [new Fleet(), new Fleet()];
    takeSnapshot(packed, current(view));
    plain.applyHosts([view]);
    expect(packed.hosts.get("web-1")).toEqual(plain.hosts.get("web-1"));
    expect(plain.hosts.get("web-1")?.figures).toMatchObject({ diskPercent: 91, diskPath: "/data" });
    expect(plain.hosts.get("web-1")).toMatchObject({ pollTime: null, errors: { net: "gone" } });
  });
});

describe("the fleet", () => {
  test("patches a host in place", () => {
    const fleet = fleetOf("web-1");
    const record = fleet.hosts.get("web-1");
    const version = record?.version ?? 0;
    takeSamples(fleet, current(host("web-1", withCpu(42))));
    expect(fleet.hosts.get("web-1")).toBe(record);
    expect(record?.figures.cpuPercent).toBe(42);
    expect(record?.version).toBeGreaterThan(version);
  });

  test("forgets hosts that a snapshot does not name, and keeps the others' past", () => {
    const fleet = fleetOf("web-1", "web-2");
    const record = fleet.hosts.get("web-1");
    takeSnapshot(fleet, current(host("web-1")));
    expect([...fleet.hosts.keys()]).toEqual(["web-1"]);
    expect(fleet.hosts.get("web-1")).toBe(record);
  });

  test("counts a change of membership only when hosts come or go", () => {
    const fleet = fleetOf("web-1");
    const before = fleet.membership;
    takeSamples(fleet, current(host("web-1")));
    expect(fleet.membership).toBe(before);
    takeSamples(fleet, current(host("web-2")));
    expect(fleet.membership).toBe(before + 1);
  });

  test("counts as other looks all but numbers and times", () => {
    const fleet = fleetOf("web-1");
    const record = fleet.hosts.get("web-1");
    const looks = record?.looks ?? 0;
    takeSamples(fleet, current(host("web-1", withCpu(42))));
    takeSamples(fleet, current(host("web-1", { time: "2026-05-01T12:00:05.000Z", ...withCpu(43) })));
    expect(record?.looks).toBe(looks);
    takeSamples(fleet, current(host("web-1", { tags: { env: "prod" } })));
    expect(record?.looks).toBe(looks + 1);
    fleet.applyAlert(alert(1));
    expect(record?.looks).toBe(looks + 2);
  });

  test("takes a state that becomes another without losing figures", () => {
    const fleet = new Fleet();
    takeSnapshot(fleet, current(host("web-1", withCpu(42))));
    const change = {
      time: TIME,
      host: "web-1",
      state: "down",
      reason: "refused",
      detail: "no",
      previous: "ok",
    };
    fleet.applyState(change as Parameters<Fleet["applyState"]>[0]);
    expect(fleet.hosts.get("web-1")).toMatchObject({ state: "down", reason: "refused" });
    expect(fleet.hosts.get("web-1")?.figures.cpuPercent).toBe(42);
    expect(fleet.countStates()).toMatchObject({ down: 1, ok: 0 });
  });

  test("asks anew for hosts that came or changed, and drops those that went", () => {
    const fleet = fleetOf("web-1", "web-2");
    const names = fleet.applyInventory({
      time: TIME,
      added: ["web-3"],
      removed: ["web-2"],
      changed: ["web-1"],
    });
    expect(names).toEqual(["web-3", "web-1"]);
    expect([...fleet.hosts.keys()]).toEqual(["web-1"]);
  });
});

describe("alerts", () => {
  test("are counted where they fire, with the worst", () => {
    const fleet = fleetOf("web-1");
    fleet.replaceAlerts([alert(1), alert(2, { severity: "critical" }), alert(3, { state: "pending" })]);
    expect(fleet.hosts.get("web-1")?.alerts).toEqual({ firing: 2, worst: "critical" });
    expect(fleet.alerts.firing).toBe(2);
    expect(fleet.alerts.list().map((one) => one.id)).toEqual([2, 1, 3]);
  });

  test.each(["resolved", "cancelled"] as const)("that are %s are gone", (state) => {
    const fleet = fleetOf("web-1");
    fleet.applyAlert(alert(1));
    fleet.applyAlert({ ...alert(1), state });
    expect(fleet.hosts.get("web-1")?.alerts.firing).toBe(0);
    expect(fleet.alerts.list()).toEqual([]);
  });

  test("that were known before their host are counted when it comes", () => {
    const fleet = new Fleet();
    fleet.applyAlert(alert(1));
    takeSamples(fleet, current(host("web-1")));
    expect(fleet.hosts.get("web-1")?.alerts.firing).toBe(1);
  });
});

describe("figures", () => {
  test("that are not there are null", () => {
    const record = fleetOf("web-1").hosts.get("web-1");
    expect(record?.figures.diskPercent).toBeNull();
    expect(record && loadPerCore(record.figures)).toBeNull();
  });

  test("the load is divided among the processors", () => {
    const fleet = new Fleet();
    const system = [{ labels: {}, fields: { load1: 6, n_cpus: 4 } }];
    takeSnapshot(fleet, current(host("web-1", { metrics: { system } })));
    const record = fleet.hosts.get("web-1");
    expect(record && loadPerCore(record.figures)).toBe(1.5);
  });
});

describe("the past of a host", () => {
  test("that history brings is drawn, without waiting for the next sample", () => {
    const fleet = fleetOf("web-1");
    const record = fleet.hosts.get("web-1");
    const version = record?.version ?? 0;
    const series = [{ host: "web-1", labels: {}, points: [[0, 1] as const] }];
    fleet.fillHalfHours({ metric: "cpu.usage_active", unit: "percent", step_seconds: 30, series });
    expect(record?.version).toBe(version + 1);
  });
});

describe("the last half hour", () => {
  const START = 1_800_000_000;
  const read = (line: HalfHour, at: number) => {
    const values = new Float32Array(BUCKETS);
    line.read(at, values);
    return [...values];
  };

  test("has the mean of each half minute, the newest last", () => {
    const line = new HalfHour();
    line.add(START, 10);
    line.add(START + 10, 20);
    line.add(START + 30, 40);
    expect(read(line, START + 30).slice(-2)).toEqual([15, 40]);
  });

  test("shows a gap where nothing came, and forgets what is older", () => {
    const line = new HalfHour();
    line.add(START, 10);
    line.add(START + 90, 20);
    expect(read(line, START + 90).slice(-4)).toEqual([10, Number.NaN, Number.NaN, 20]);
    line.add(START + 7200, 5);
    expect(read(line, START + 7200).filter((value) => !Number.isNaN(value))).toEqual([5]);
  });

  test("is filled from history without touching what the stream brought", () => {
    const line = new HalfHour();
    line.add(START, 50);
    line.fill([
      [START - 60, 1],
      [START - 30, null],
      [START, 2],
    ]);
    expect(read(line, START).slice(-3)).toEqual([1, Number.NaN, 50]);
  });

  test("moves on while nothing comes", () => {
    const line = new HalfHour();
    line.add(START, 10);
    expect(read(line, START + 60).slice(-3)).toEqual([10, Number.NaN, Number.NaN]);
  });
});
