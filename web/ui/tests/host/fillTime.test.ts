/** When a disk will be full. */

import { expect, test } from "vitest";
import { fillTime, slope } from "../../src/pages/host/fillTime";

const HOUR = 3_600;

function line(points: number, perSecond: number, first = 0): [number, number | null][] {
  return Array.from({ length: points }, (_, index) => [index * 60, first + index * 60 * perSecond]);
}

test("a disk that fills evenly is full when what is left has been filled at that speed", () => {
  const points = line(60, 10);
  const last = points.at(-1)?.[1] ?? 0;
  const found = fillTime(points, last + 10 * HOUR);
  expect(found.kind).toBe("filling");
  expect(found.kind === "filling" && found.seconds).toBeCloseTo(HOUR, 3);
});

test("noise around a line does not move the forecast much", () => {
  const points = line(600, 10).map(
    ([time, value], index) => [time, (value ?? 0) + (index % 2 ? 50 : -50)] as const,
  );
  const last = points.at(-1)?.[1] ?? 0;
  const found = fillTime(points, last + 10 * HOUR);
  expect(found.kind === "filling" && Math.abs(found.seconds - HOUR)).toBeLessThan(30);
});

test("a disk that stays or empties is not filling", () => {
  expect(fillTime(line(60, 0, 500), 1_000)).toEqual({ kind: "steady" });
  expect(fillTime(line(60, -1, 5_000), 10_000)).toEqual({ kind: "steady" });
});

test("a fill that would take years is no forecast", () => {
  expect(fillTime(line(60, 0.001), 1e12)).toEqual({ kind: "steady" });
});

test("few points say nothing, and gaps are no points", () => {
  expect(fillTime(line(4, 10), 1e9)).toEqual({ kind: "unknown" });
  expect(fillTime([], 1e9)).toEqual({ kind: "unknown" });
  const gaps = line(60, 10).map(([time, value], index) => [time, index < 4 ? value : null] as const);
  expect(fillTime(gaps, 1e9)).toEqual({ kind: "unknown" });
});

test("a full disk is full, however it came to be", () => {
  expect(fillTime([[0, 100]], 100)).toEqual({ kind: "full" });
});

test("a size that is not known gives no forecast", () => {
  expect(fillTime(line(60, 10), 0)).toEqual({ kind: "unknown" });
});

test("points of one moment have no slope", () => {
  expect(
    slope([
      [5, 1],
      [5, 9],
    ]),
  ).toBe(0);
});
