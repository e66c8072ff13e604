/** Which rows of a long list are to be drawn: those in the window, and some around it. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Rows from `first` to before `end`; the heights stand for those that are not drawn. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
  readonly abovePixels: number;
  readonly belowPixels: number;
}

const AROUND_PIXELS = 150;

/** The rows to draw in a list that begins at `list` and scrolls with the page; for `offsets` see rowOffsets. */
export function useVirtualRows(list: RefObject<HTMLElement | null>, offsets: readonly number[]): RowRange {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(() => innerHeight);
  useLayoutEffect(() => {
    const look = () => {
      // in whole steps, so that the page is drawn anew only when rows come or go
      const pixels = -(list.current?.getBoundingClientRect().top ?? 0);
      setTop(Math.floor(pixels / STEP_PIXELS) * STEP_PIXELS);
      setHeight(innerHeight);
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [list]);
  return rowRange(offsets, top - AROUND_PIXELS, top + height + STEP_PIXELS + AROUND_PIXELS);
}

const STEP_PIXELS = 100;

/** Where each row begins, in pixels from the first, and at last where the list ends. */
export function rowOffsets(count: number, pixelsOf: (index: number) => number): number[] {
  const offsets = [0];
  for (let index = 0; index < count; index += 1) offsets.push((offsets[index] ?? 0) + pixelsOf(index));
  return offsets;
}

/** The rows that reach into the stretch between two heights. */
export function rowRange(offsets: readonly number[], fromPixels: number, toPixels: number): RowRange {
  const count = offsets.length - 1;
  const first = Math.max(0, Math.min(count, rowsBefore(offsets, fromPixels) - 1));
  const end = Math.max(first, Math.min(count, rowsBefore(offsets, toPixels)));
  const total = offsets[count] ?? 0;
  return { first, end, abovePixels: offsets[first] ?? 0, belowPixels: total - (offsets[end] ?? 0) };
}

/** How many rows begin at or above a height. */
function rowsBefore(offsets: readonly number[], pixels: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) <= pixels) low = middle + 1;
    else high = middle;
  }
  return low;
}
