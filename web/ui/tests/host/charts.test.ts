/** Which lines and marks a chart gets, and what is asked for them. */

import { expect, test } from "vitest";
import type { BandedSeriesView } from "../../src/api/types";
import { CHART_LINES } from "../../src/api/vocabulary";
import { alertsOnCharts, marksFor } from "../../src/pages/host/alertsOnCharts";
import { chartLines } from "../../src/pages/host/chartLines";
import type { Histories } from "../../src/pages/host/histories";
import { type ChartPlan, questionOf, questionsOf, SECTIONS } from "../../src/pages/host/plan";
import { RANGES } from "../../src/pages/host/ranges";
import { stepFor } from "../../src/pages/host/steps";
import { alert } from "../documents";

function chartOf(key: string): ChartPlan {
  const found = SECTIONS.flatMap(({ charts }) => charts).find((chart) => chart.key === key);
  if (!found) throw new Error(key);
  return found;
}

function answers(chart: ChartPlan, ...series: (readonly BandedSeriesView[])[]): Histories {
  return new Map(
    chart.lines.map((line, index) => [
      questionOf(chart, line).key,
      { metric: line.metric, unit: "percent", step_seconds: 5, series: series[index] ?? [] },
    ]),
  );
}

function of(labels: Record<string, string>, ...values: (number | null)[]): BandedSeriesView {
  return { host: "web-1", labels, points: values.map((value, index) => [100 + 5 * index, value]) };
}

test("all sections together fit into one request", () => {
  const questions = SECTIONS.flatMap(questionsOf);
  expect(questions.length).toBeLessThanOrEqual(64);
  expect(new Set(questions.map(({ key }) => key)).size).toBe(questions.length);
});

test("every chart that the metrics' catalogue names is on the page", () => {
  const shown = SECTIONS.flatMap(({ charts }) => charts.map(({ key }) => key));
  expect(shown.sort()).toEqual(Object.keys(CHART_LINES).sort());
});

test("cores are lines in the order of their numbers, without the whole", () => {
  const chart = chartOf("cores");
  const names = ["cpu10", "cpu2", "cpu-total", "cpu0"];
  const lines = chartLines(
    chart,
    answers(
      chart,
      names.map((cpu) => of({ cpu }, 1, 2)),
    ),
  );
  expect(lines?.series.map(({ label }) => label)).toEqual(["cpu0", "cpu2", "cpu10"]);
});

test("of many lines the eight largest are shown, and all when that is wanted", () => {
  const chart = chartOf("cores");
  const cores = Array.from({ length: 64 }, (_, index) => of({ cpu: `cpu${index}` }, index, index));
  const lines = chartLines(chart, answers(chart, cores));
  expect(lines?.series.map(({ label }) => label)).toEqual(
    [56, 57, 58, 59, 60, 61, 62, 63].map((n) => `cpu${n}`),
  );
  expect(lines?.leftOut).toBe(56);
  expect(chartLines(chart, answers(chart, cores), true)?.series).toHaveLength(64);
});

test("a device's lines stay together when some are left out", () => {
  const chart = chartOf("traffic");
  const names = Array.from({ length: 6 }, (_, index) => ({ interface: `eth${index}` }));
  const received = names.map((labels, index) => of(labels, index));
  const sent = names.map((labels, index) => of(labels, index === 0 ? 50 : 0));
  const lines = chartLines(chart, answers(chart, received, sent));
  const shown = new Set(lines?.series.map(({ label }) => label.split(" ")[0]));
  expect([...shown]).toEqual(["eth0", "eth3", "eth4", "eth5"]);
  expect(lines?.series).toHaveLength(8);
});

test("states that never occur are no lines, and the first one always is", () => {
  const chart = chartOf("tcp");
  const lines = chartLines(chart, answers(chart, [of({}, 0, 0)], [of({}, 3, 3)], [of({}, 0, 0)]));
  expect(lines?.series).toHaveLength(2);
});

test("two devices that were mounted at one path have lines of different names", () => {
  const chart = chartOf("space");
  const mounts = [of({ path: "/", device: "sda" }, 1), of({ path: "/", device: "sdb" }, 2)];
  const lines = chartLines(chart, answers(chart, mounts));
  expect(lines?.series.map(({ label }) => label)).toEqual(["/ (/, sda)", "/ (/, sdb)"]);
});

test("long times come in as many buckets as a chart can show, unless values are rarer", () => {
  expect(stepFor(3_600, 30)).toBe("auto");
  expect(stepFor(86_400, 30)).toBe("300s");
  expect(stepFor(86_400, 300)).toBe("auto");
  for (const [, seconds] of RANGES) {
    const step = stepFor(seconds, 30);
    if (step !== "auto") expect(seconds / Number.parseInt(step, 10)).toBeGreaterThan(200);
  }
});

test("a chart without any value, and the swap of a host without swap, are left out", () => {
  const cpu = chartOf("cpu");
  expect(chartLines(cpu, answers(cpu, [of({ cpu: "cpu-total" }, null, null)]))).toBeNull();
  expect(chartLines(cpu, new Map())).toBeNull();
  const swap = chartOf("swap");
  expect(chartLines(swap, answers(swap, [of({}, 0)], [of({}, 0)]))).toBeNull();
  expect(chartLines(swap, answers(swap, [of({}, 0)], [of({}, 9)]))?.series).toHaveLength(2);
});

test("a band lies at the times of its line", () => {
  const chart = chartOf("cpu");
  const series = {
    ...of({ cpu: "cpu-total" }, 5, null),
    band: [
      [1, 9],
      [null, null],
    ] as const,
  };
  const lines = chartLines(chart, answers(chart, [series]));
  expect(lines?.series[0]).toMatchObject({ values: [5, null], lows: [1, null], highs: [9, null] });
});

test("an alert is marked on charts of what it compared, and one that compared nothing on all", () => {
  const reading = { text: "", value: 1, operator: ">", threshold: 1, unit: "percent", labels: {} };
  const marks = alertsOnCharts([
    alert(1, { readings: [{ ...reading, metric: "cpu.usage_iowait" }] }),
    alert(2, { rule: "host-down", readings: [] }),
    alert(3, { state: "pending", fired_at: null }),
  ]);
  expect(marksFor(chartOf("cpu"), marks).map(({ label }) => label)).toEqual(["cpu-high", "host-down"]);
  expect(marksFor(chartOf("memory"), marks).map(({ label }) => label)).toEqual(["host-down"]);
});
