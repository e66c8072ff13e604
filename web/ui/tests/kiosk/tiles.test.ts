import { describe, expect, test } from "vitest";
import { fitTiles, GAP_PIXELS, sickTiles, tileLevel } from "../../src/pages/kiosk/tiles";

describe("the tiles of a wall", () => {
  test.each([1, 2, 7, 40, 150, 1000])("%d fit into it", (count) => {
    const grid = fitTiles(count, 1400, 900);
    const rows = Math.ceil(count / grid.columns);
    expect(grid.columns * (grid.width + GAP_PIXELS) - GAP_PIXELS).toBeLessThanOrEqual(1400);
    expect(rows * (grid.height + GAP_PIXELS) - GAP_PIXELS).toBeLessThanOrEqual(900);
  });

  test("show less the more there are", () => {
    const levels = [10, 100, 300, 1000].map((count) => tileLevel(fitTiles(count, 1400, 900)));
    expect(levels).toEqual(["full", "full", "name", "mark"]);
  });

  test("are never too small to be seen", () => {
    expect(fitTiles(5000, 300, 200)).toMatchObject({ width: 14, height: 14 });
  });

  test("of sick hosts leave room for the others", () => {
    const { grid, count } = sickTiles(500, 1400, 900);
    const rows = Math.ceil(count / grid.columns);
    expect(count).toBeGreaterThan(0);
    expect(rows * (grid.height + GAP_PIXELS)).toBeLessThanOrEqual(0.4 * 900);
  });
});
