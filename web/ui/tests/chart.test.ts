import { describe, expect, test } from "vitest";
import { mergeSeries } from "../src/ui/chart/mergeSeries";
import { plotBands, plotData } from "../src/ui/chart/plotData";
import { extent } from "../src/ui/chart/series";
import { stackSeries } from "../src/ui/chart/stackSeries";

describe("merging", () => {
  test("keeps series of the same times as they are", () => {
    const merged = mergeSeries([
      [
        [1, 10],
        [2, null],
      ],
      [
        [1, 5],
        [2, 6],
      ],
    ]);
    expect(merged).toEqual({
      times: [1, 2],
      values: [
        [10, null],
        [5, 6],
      ],
    });
  });

  test("puts gaps where a series has nothing", () => {
    const merged = mergeSeries([
      [
        [3, 30],
        [1, 10],
      ],
      [[2, 20]],
    ]);
    expect(merged.times).toEqual([1, 2, 3]);
    expect(merged.values).toEqual([
      [10, null, 30],
      [null, 20, null],
    ]);
  });

  test("of nothing is nothing", () => expect(mergeSeries([])).toEqual({ times: [], values: [] }));
});

describe("stacking", () => {
  test("adds each to those before it", () => {
    expect(
      stackSeries([
        [1, 2],
        [10, 20],
        [100, 200],
      ]),
    ).toEqual([
      [1, 2],
      [11, 22],
      [111, 222],
    ]);
  });

  test("a gap in one leaves the others; a gap in all is a gap", () => {
    expect(
      stackSeries([
        [1, null, null],
        [null, 5, null],
      ]),
    ).toEqual([
      [1, null, null],
      [1, 5, null],
    ]);
  });
});

describe("what is drawn", () => {
  const banded = { label: "a", values: [2], lows: [1], highs: [3] };

  test("bands come after the lines, high before low", () => {
    expect(plotData([7], [banded, { label: "b", values: [9] }], false)).toEqual([[7], [2], [9], [3], [1]]);
    expect(plotBands([banded, { label: "b", values: [9] }], false, () => "red")).toEqual([
      { series: [3, 4], fill: "red" },
    ]);
  });

  test("stacked areas are filled down to the one below, and have no bands", () => {
    const series = [banded, { label: "b", values: [9] }];
    expect(plotData([7], series, true)).toEqual([[7], [2], [11]]);
    expect(plotBands(series, true, (index) => `${index}`)).toEqual([{ series: [2, 1], fill: "1" }]);
  });

  test("the summary leaves gaps out", () => {
    expect(extent([null, 3, 1, null])).toEqual({ last: 1, lowest: 1, highest: 3 });
    expect(extent([null])).toBeNull();
  });
});
