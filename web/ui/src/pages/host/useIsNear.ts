/** Whether an element is in the window or not far below or above it. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

const MARGIN = "400px 0px";

/** `isFirst`: taken for near until it has been looked at, so that nothing waits for that. */
export function useIsNear(element: RefObject<Element | null>, isFirst: boolean): boolean {
  const [isNear, setNear] = useState(isFirst);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: MARGIN,
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return isNear;
}
