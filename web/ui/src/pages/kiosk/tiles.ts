/** How tiles fill a wall, so that all hosts are seen and each is as large as can be. */

/** Columns of tiles of this size in pixels. */
export interface TileGrid {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/** How much a tile has room for: figures, the name, or a mark alone. */
export type TileLevel = "full" | "name" | "mark";

export const GAP_PIXELS = 6;

const BEST_RATIO = 1.7;
/** Flatter tiles, where others would have no room for a name. */
const FLAT_RATIO = 2.7;
const LARGEST = { width: 560, height: 330 };
const LEAST_PIXELS = 14;
const FULL = { width: 132, height: 76 };
const NAME = { width: 84, height: 30 };

/** The grid in which `count` tiles fill `width` × `height` pixels best. */
export function fitTiles(count: number, width: number, height: number): TileGrid {
  const best = fitRatio(count, width, height, BEST_RATIO);
  if (tileLevel(best) !== "mark") return best;
  const flat = fitRatio(count, width, height, FLAT_RATIO);
  return tileLevel(flat) === "mark" ? best : flat;
}

function fitRatio(count: number, width: number, height: number, ratio: number): TileGrid {
  let best: TileGrid = { columns: 1, width: 0, height: 0 };
  let bestMeasure = -1;
  const most = Math.max(1, Math.min(count, Math.floor(width / (LEAST_PIXELS + GAP_PIXELS))));
  for (let columns = 1; columns <= most; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = {
      width: Math.min(LARGEST.width, (width - GAP_PIXELS * (columns - 1)) / columns),
      height: Math.min(LARGEST.height, (height - GAP_PIXELS * (rows - 1)) / rows),
    };
    const measure = Math.min(tile.width / ratio, tile.height);
    if (measure > bestMeasure) {
      bestMeasure = measure;
      best = { columns, ...tile };
    }
  }
  return {
    columns: best.columns,
    width: Math.max(LEAST_PIXELS, Math.floor(best.width)),
    height: Math.max(LEAST_PIXELS, Math.floor(best.height)),
  };
}

/** How large the text of a tile is, in pixels: it grows with the tile. */
export function tileTextPixels({ width, height }: TileGrid): number {
  return Math.round(Math.min(32, Math.max(13, Math.min(width * 0.07, height * 0.14))));
}

/** What a tile of a size shows. */
export function tileLevel({ width, height }: TileGrid): TileLevel {
  if (width >= FULL.width && height >= FULL.height) return "full";
  return width >= NAME.width && height >= NAME.height ? "name" : "mark";
}

/** How many named tiles for sick hosts stand above the marks: at most two fifths of the height. */
export function sickTiles(count: number, width: number, height: number): { grid: TileGrid; count: number } {
  const columns = Math.max(1, Math.floor((width + GAP_PIXELS) / (SICK.width + GAP_PIXELS)));
  const rows = Math.max(1, Math.floor((0.4 * height) / (SICK.height + GAP_PIXELS)));
  const tileWidth = Math.floor((width - GAP_PIXELS * (columns - 1)) / columns);
  return { grid: { columns, width: tileWidth, height: SICK.height }, count: Math.min(count, columns * rows) };
}

const SICK = { width: 170, height: 80 };
