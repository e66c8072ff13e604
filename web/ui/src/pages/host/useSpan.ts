/** The time that is shown: fixed, or up to now. */

import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { now, serverNow } from "../../state/clock";
import { rangeSeconds } from "./ranges";
import type { HostPageView } from "./view";

/** Unix seconds. What was asked for one `key` is still right while start and end move on with the clock. */
export interface Span {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

const TICK_SECONDS = 10;

/** The span of a view. `round` grows when all has to be asked anew; `sampleTime` is that of the newest sample. */
export function useSpan(view: HostPageView, round: number, sampleTime: number | null): Span {
  const tick = useComputed(() => Math.floor(now.value / 1000 / TICK_SECONDS) * TICK_SECONDS);
  const anchor = useRef({ name: "", time: 0 });
  const lastEnd = useRef(0);
  if (view.fixed) return { key: `${view.fixed.start}-${view.fixed.end} ${round}`, ...view.fixed };
  const name = `${view.range} ${view.isLive} ${round}`;
  const isStopped = anchor.current.name === `${view.range} true ${round}` && !view.isLive;
  if (isStopped) anchor.current = { ...anchor.current, name };
  else if (anchor.current.name !== name) anchor.current = { name, time: serverNow() / 1000 };
  const { time } = anchor.current;
  if (view.isLive) lastEnd.current = Math.max(time, tick.value, sampleTime ?? 0);
  else if (!isStopped && lastEnd.current < time) lastEnd.current = time;
  const end = lastEnd.current;
  return { key: `${view.range} ${time}`, start: end - rangeSeconds(view.range), end };
}
