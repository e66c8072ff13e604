/** How large an element is, in pixels. */

import type { RefCallback } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A ref for the element, and its size; that of the window before it is there. */
export function useSize<Element extends HTMLElement>(): [RefCallback<Element>, Size] {
  const [size, setSize] = useState<Size>(() => ({ width: innerWidth, height: innerHeight }));
  const observer = useRef<ResizeObserver | null>(null);
  const ref = useCallback((element: Element | null) => {
    observer.current?.disconnect();
    observer.current = null;
    if (!element) return;
    const look = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    look();
    observer.current = new ResizeObserver(look);
    observer.current.observe(element);
  }, []);
  return [ref, size];
}
