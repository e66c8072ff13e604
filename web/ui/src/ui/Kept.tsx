/** Children that are drawn anew only while they can be seen; what scrolled away stays as it was drawn last. */

import type { VNode } from "preact";
import { useRef } from "preact/hooks";

export function Kept({ isSeen, children }: { isSeen: boolean; children: VNode }): VNode {
  const drawn = useRef(children);
  if (isSeen) drawn.current = children;
  return drawn.current; // the very same node again is passed over
}
