/** Axes: times in the reader's zone and language, values in the metric's unit. */

import type { Axis } from "uplot";
import type { Unit } from "../../api/types";
import { formatQuantity } from "../../format/quantity";
import { format } from "../../format/time";
import { themeColor } from "../themeColor";

const DAY_SECONDS = 86_400;
const FONT = "11px system-ui, sans-serif";
const BINARY_STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power);
const BINARY_UNITS: ReadonlySet<Unit> = new Set(["bytes", "bytes_per_second"]);

/** The axis of time. */
export function timeAxis(): Axis {
  return {
    ...lines(),
    size: 28,
    space: 70,
    values: (plot, splits) => {
      const { min = 0, max = 0 } = plot.scales.x ?? {};
      const step = (splits[1] ?? 0) - (splits[0] ?? 0);
      return splits.map((time) => timeLabel(time, max - min, step));
    },
  };
}

/** The axis of values. */
export function valueAxis(unit: Unit): Axis {
  return {
    ...lines(),
    size: 64,
    space: 32,
    ...(BINARY_UNITS.has(unit) ? { incrs: BINARY_STEPS } : {}),
    values: (_, splits) => splits.map((value) => formatQuantity(value, unit)),
  };
}

function lines(): Axis {
  return {
    font: FONT,
    stroke: () => themeColor("--text-muted"),
    grid: { stroke: () => themeColor("--chart-grid"), width: 1 },
    ticks: { show: false },
    gap: 6,
  };
}

function timeLabel(unixSeconds: number, spanSeconds: number, stepSeconds: number): string {
  const moment = unixSeconds * 1000;
  if (stepSeconds >= DAY_SECONDS) {
    const isLong = spanSeconds > 180 * DAY_SECONDS;
    return format(isLong ? { year: "numeric", month: "short" } : { month: "short", day: "numeric" }).format(
      moment,
    );
  }
  const isMidnight = new Date(moment).getHours() === 0 && new Date(moment).getMinutes() === 0;
  if (isMidnight) return format({ month: "short", day: "numeric" }).format(moment);
  const seconds = stepSeconds < 60 ? ({ second: "2-digit" } as const) : {};
  return format({ hour: "2-digit", minute: "2-digit", ...seconds }).format(moment);
}
