/** A share as a bar behind its number; high ones are also set in bold. */

import { formatPercent } from "../format/percent";
import { classes } from "./classes";

interface MeterProps {
  readonly percent: number | null;
  /** What is written; the percentage by default. */
  readonly text?: string;
  /** From where on it is worth a look, and from where on it is bad. */
  readonly warningPercent?: number;
  readonly criticalPercent?: number;
  readonly title?: string | undefined;
}

/** What a figure's class is called at a percentage. */
export function meterClass(percent: number, warningPercent = 75, criticalPercent = 90): string {
  return `meter-${percent >= criticalPercent ? "critical" : percent >= warningPercent ? "warning" : "normal"}`;
}

/** How a track shows a percentage: a background, as an element's width would have the page laid out anew.
 *
 * In whole percents, which is finer than a track is long: what does not change is not drawn.
 */
export function trackStyle(percent: number): string {
  return `background-size: ${Math.min(100, Math.max(0, percent)).toFixed(0)}% 100%`;
}

export function Meter({ percent, text, warningPercent, criticalPercent, title }: MeterProps) {
  if (percent === null) return <span class="meter-none">–</span>;
  return (
    <span class={classes("meter", meterClass(percent, warningPercent, criticalPercent))} title={title}>
      <span class="meter-track" style={trackStyle(percent)} />
      <span class="meter-text">{text ?? formatPercent(percent, 0)}</span>
    </span>
  );
}
