/** Percentages, which are 0 to 100 everywhere. */

import { formatNumber } from "./number";

/** `12.5 %`; above ten without a fraction, unless `digits` says more. */
export function formatPercent(percent: number, digits = Math.abs(percent) < 10 ? 1 : 0): string {
  return `${formatNumber(percent, digits)} %`;
}
