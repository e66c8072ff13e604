import { describe, expect, test } from "vitest";
import type { MetricView, ReadingView, Unit } from "../../src/api/types";
import { chartSpan } from "../../src/pages/alerts/chartSpan";
import { subjectsOf } from "../../src/pages/alerts/subjects";
import { alert } from "../documents";

function metric(name: string, unit: Unit, kind: MetricView["kind"] = "gauge", labels: string[] = []) {
  const [measurement = "", field = ""] = name.split(".");
  return [name, { name, measurement, field, unit, type: "float", kind, help: "", labels }] as const;
}

const CATALOG = new Map<string, MetricView>([
  metric("cpu.usage_active", "percent", "gauge", ["cpu"]),
  metric("disk.free", "bytes", "gauge", ["path"]),
  metric("net.err_in", "count", "counter"),
  metric("net.err_in_per_second", "per_second"),
]);

function reading(changes: Partial<ReadingView>): ReadingView {
  return {
    text: "",
    metric: null,
    value: 1,
    operator: ">",
    threshold: 90,
    unit: "percent",
    labels: {},
    ...changes,
  };
}

describe("what an alert is about", () => {
  test("is what was read when it fired, each metric once", () => {
    const readings = [
      reading({ metric: "cpu.usage_active", labels: { cpu: "cpu-total" } }),
      reading({ metric: "cpu.usage_active", labels: { cpu: "cpu-total" }, threshold: 95 }),
      reading({ metric: "disk.free", unit: "bytes", operator: "<", threshold: 1000 }),
    ];
    expect(subjectsOf(alert(1, { readings }), null, CATALOG)).toEqual([
      {
        metric: "cpu.usage_active",
        unit: "percent",
        labels: { cpu: "cpu-total" },
        threshold: 90,
        isUnderThreshold: false,
      },
      { metric: "disk.free", unit: "bytes", labels: {}, threshold: 1000, isUnderThreshold: true },
    ]);
  });

  test("is drawn as a rate where it is a counter, without a threshold of another unit", () => {
    const readings = [reading({ metric: "net.err_in", unit: "count", threshold: 5 })];
    expect(subjectsOf(alert(1, { readings }), null, CATALOG)).toMatchObject([
      { metric: "net.err_in_per_second", threshold: null },
    ]);
  });

  test("is read from the condition while nothing has fired", () => {
    const when = "avg(cpu.usage_active, 10m) > 90 and disk.free < 1e9 and host.state == 'ok'";
    expect(subjectsOf(alert(1, { labels: { path: "/var" } }), when, CATALOG)).toMatchObject([
      { metric: "cpu.usage_active", labels: {}, threshold: 90 },
      { metric: "disk.free", labels: { path: "/var" }, threshold: 1e9, isUnderThreshold: true },
    ]);
  });

  test("is whether it answers, for a host that is down", () =>
    expect(subjectsOf(alert(1), "host.state == 'down'", CATALOG).map((one) => one.metric)).toEqual([
      "poll.up",
    ]));

  test("is nothing of a host's, for the poller itself", () =>
    expect(subjectsOf(alert(1, { host: "" }), "poller.cut_off", CATALOG)).toEqual([]));
});

describe("the time of its chart", () => {
  const now = Date.parse("2026-05-01T13:00:00Z");
  const noon = Date.parse("2026-05-01T12:00:00Z") / 1000;

  test("goes from before it began to now", () =>
    expect(chartSpan(alert(1), now)).toEqual([noon - 1800, noon + 3600]));

  test("ends a while after it was over", () =>
    expect(chartSpan(alert(1, { resolved_at: "2026-05-01T12:10:00Z" }), now)).toEqual([
      noon - 1800,
      noon + 900,
    ]));

  test("is a month at most", () => {
    const [start, end] = chartSpan(alert(1, { since: "2025-01-01T00:00:00Z" }), now);
    expect(end - start).toBe(30 * 86_400);
  });
});
