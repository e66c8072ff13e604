/** Charts that share their cursor also share what is dragged over: each of them tells of the same drag. */

import { useRef } from "preact/hooks";

type Zoom = (start: number, end: number) => void;

/** Lets the first of the calls of one moment pass. */
export function useOneZoom(zoom: Zoom): Zoom {
  const isTaken = useRef(false);
  return (start, end) => {
    if (isTaken.current) return;
    isTaken.current = true;
    setTimeout(() => {
      isTaken.current = false;
    }, 0);
    zoom(start, end);
  };
}
