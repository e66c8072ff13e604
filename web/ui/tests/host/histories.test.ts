/** Live samples make histories longer. */

import { expect, test } from "vitest";
import type { BandedSeriesView } from "../../src/api/types";
import { extendHistories, extendSeries, type Histories } from "../../src/pages/host/histories";

const START = 0;

function series(
  points: [number, number | null][],
  changes: Partial<BandedSeriesView> = {},
): BandedSeriesView {
  return { host: "web-1", labels: {}, points, ...changes };
}

function extend(one: BandedSeriesView, time: number, value: number, step = 5): BandedSeriesView {
  return extendSeries(one, step, { time, intervalSeconds: 5 }, value, START);
}

test("a value of a new bucket is a point of its own", () => {
  expect(extend(series([[100, 1]]), 105.2, 3).points).toEqual([
    [100, 1],
    [105, 3],
  ]);
});

test("values of one bucket become their mean", () => {
  let one = series([[0, 1]]);
  for (const [time, value] of [
    [60, 2],
    [65, 4],
    [70, 9],
  ] as const)
    one = extend(one, time, value, 60);
  expect(one.points).toEqual([
    [0, 1],
    [60, 5],
  ]);
});

test("a bucket that came from the store weighs as many samples as it is likely to hold", () => {
  // twelve polls before: one more moves the mean by a thirteenth
  const one = extend(series([[0, 10]]), 60 - 0.1, 23, 60);
  expect(one.points).toEqual([[0, 11]]);
});

test("a band takes the least and the greatest value of its bucket", () => {
  let one = series([[60, 5]], { band: [[4, 6]] });
  one = extend(one, 65, 9, 60);
  expect(one.band).toEqual([[4, 9]]);
  one = extend(one, 121, 1, 60);
  expect(one.band).toEqual([
    [4, 9],
    [1, 1],
  ]);
});

test("polls that are missing leave a gap", () => {
  expect(extend(series([[100, 1]]), 160, 3).points).toEqual([
    [100, 1],
    [105, null],
    [160, 3],
  ]);
});

test("empty buckets at the end are filled, not doubled", () => {
  const one = series([
    [100, 1],
    [105, null],
  ]);
  expect(extend(one, 106, 2).points).toEqual([
    [100, 1],
    [105, 2],
  ]);
});

test("what is older than the newest value changes nothing", () => {
  const one = series([[100, 1]]);
  expect(extend(one, 90, 7)).toBe(one);
});

test("points from before the time shown are let go, with their edges", () => {
  const one = series(
    [
      [0, 1],
      [5, 2],
      [100, 3],
    ],
    {
      band: [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    },
  );
  const found = extendSeries(one, 5, { time: 105, intervalSeconds: 5 }, 4, 60);
  expect(found.points).toEqual([
    [100, 3],
    [105, 4],
  ]);
  expect(found.band).toEqual([
    [3, 3],
    [4, 4],
  ]);
});

test("each series takes the value of its own labels", () => {
  const histories: Histories = new Map([
    [
      "net",
      {
        metric: "net.err_in_per_second",
        unit: "per_second",
        step_seconds: 5,
        series: [
          series([[100, 0]], { labels: { interface: "eth0" } }),
          series([[100, 0]], { labels: { interface: "gone" } }),
        ],
      },
    ],
  ]);
  const metrics = { net: [{ labels: { interface: "eth0" }, fields: { err_in_per_second: 2 } }] };
  const found = extendHistories(histories, { time: 105, intervalSeconds: 5, metrics }, START).get("net");
  expect(found?.series[0]?.points.at(-1)).toEqual([105, 2]);
  expect(found?.series[1]?.points).toEqual([[100, 0]]);
});
