/** What time it is for monctl, whose clock all times are of. */

import { signal } from "@preact/signals";

const TICK_MILLISECONDS = 1000;

let offsetMilliseconds = 0;

/** monctl's clock in milliseconds since 1970, anew each second: components that read it show ages. */
export const now = signal(Date.now());

/** Takes over monctl's clock from a document that was made just now. */
export function noteServerTime(milliseconds: number): void {
  offsetMilliseconds = milliseconds - Date.now();
}

/** monctl's clock in milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + offsetMilliseconds;
}

/** Lets `now` go on. */
export function startClock(): void {
  setInterval(() => {
    now.value = serverNow();
  }, TICK_MILLISECONDS);
}
