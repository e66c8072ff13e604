/** Alerts on a chart: a stretch in the colour of the severity, and a line with a flag where it began. */

import type uPlot from "uplot";
import { themeColor } from "../themeColor";
import type { ChartMark } from "./series";

const FLAG_PIXELS = 6;

/** A plug-in that draws what `marks` gives at each drawing. */
export function alertMarks(marks: () => readonly ChartMark[]): uPlot.Plugin {
  return {
    hooks: {
      drawClear: (plot) => {
        for (const mark of marks()) drawMark(plot, mark);
      },
    },
  };
}

function drawMark(plot: uPlot, mark: ChartMark): void {
  const { ctx, bbox } = plot;
  const left = bbox.left;
  const right = bbox.left + bbox.width;
  const from = Math.max(left, plot.valToPos(mark.start, "x", true));
  const to = mark.end === null ? right : Math.min(right, plot.valToPos(mark.end, "x", true));
  if (to < left || from > right) return;
  const flag = FLAG_PIXELS * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = themeColor(`--${mark.severity}-soft`);
  ctx.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height);
  ctx.fillStyle = themeColor(`--${mark.severity}`);
  ctx.fillRect(from, bbox.top, devicePixelRatio, bbox.height);
  ctx.beginPath();
  ctx.moveTo(from, bbox.top);
  ctx.lineTo(from + flag, bbox.top + flag / 2);
  ctx.lineTo(from, bbox.top + flag);
  ctx.fill();
  ctx.restore();
}
