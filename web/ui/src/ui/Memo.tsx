/** Children that follow what they show by themselves: drawn anew by those around them only when `on` changes. */

import type { VNode } from "preact";
import { useMemo } from "preact/hooks";

export function Memo({ on, children }: { on: string; children: VNode }): VNode {
  return useMemo(() => children, [on]); // the very same node again is passed over
}
