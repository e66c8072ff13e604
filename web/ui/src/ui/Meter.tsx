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

export function Meter({ percent, text, warningPercent, criticalPercent, title }: MeterProps) {
  if (percent === null) return <span class="meter-none">–</span>;
  const shown = Math.min(100, Math.max(0, percent));
  // a background, as an element's width would have the browser lay out the page anew
  return (
    <span class={classes("meter", meterClass(percent, warningPercent, criticalPercent))} title={title}>
      <span class="meter-track" style={{ backgroundSize: `${shown.toFixed(1)}% 100%` }} />
      <span class="meter-text">{text ?? formatPercent(percent, 0)}</span>
    </span>
  );
}
