import { describe, expect, test } from "vitest";
import { rowOffsets, rowRange } from "../src/ui/useVirtualRows";

describe("a long list", () => {
  const offsets = rowOffsets(1000, () => 30);

  test("draws the rows of the window alone", () => {
    expect(rowRange(offsets, 3000, 3600)).toEqual({
      first: 100,
      end: 121,
      abovePixels: 3000,
      belowPixels: 30_000 - 121 * 30,
    });
  });

  test("keeps its height wherever it is", () => {
    for (const top of [-500, 0, 15, 29_990, 90_000]) {
      const range = rowRange(offsets, top, top + 800);
      const drawn = (offsets[range.end] ?? 0) - (offsets[range.first] ?? 0);
      expect(range.abovePixels + drawn + range.belowPixels).toBe(30_000);
    }
  });

  test("of rows of different heights is cut at their edges", () => {
    const mixed = rowOffsets(4, (index) => (index % 2 === 0 ? 10 : 100));
    expect(mixed).toEqual([0, 10, 110, 120, 220]);
    expect(rowRange(mixed, 50, 112)).toMatchObject({ first: 1, end: 3 });
  });

  test("that is empty draws nothing", () => {
    expect(
      rowRange(
        rowOffsets(0, () => 30),
        0,
        500,
      ),
    ).toEqual({
      first: 0,
      end: 0,
      abovePixels: 0,
      belowPixels: 0,
    });
  });
});
