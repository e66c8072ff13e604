/** A line without axes, drawn on a canvas: a thousand of them are looked at, forty are drawn. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { isDark } from "../state/theme";
import { themeColor } from "./themeColor";

interface SparklineProps {
  /** Evenly spaced, oldest first; gaps are NaN. */
  readonly values: Float32Array;
  /** What the height stands for. */
  readonly maximum: number;
  readonly widthPixels?: number;
  readonly heightPixels?: number;
  /** Changes when the values have. */
  readonly version: string;
}

export function Sparkline(props: SparklineProps) {
  const { values, maximum, widthPixels = 96, heightPixels = 22, version } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = isDark.value;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, values, maximum);
  }, [version, maximum, dark, values]);
  const scale = typeof devicePixelRatio === "number" ? Math.min(2, devicePixelRatio) : 1;
  return (
    <canvas
      ref={canvas}
      class="sparkline"
      width={widthPixels * scale}
      height={heightPixels * scale}
      style={{ width: `${widthPixels}px`, height: `${heightPixels}px` }}
      aria-hidden="true"
    />
  );
}

function draw(canvas: HTMLCanvasElement, values: Float32Array, maximum: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  context.lineWidth = Math.max(1, height / 16);
  context.lineJoin = "round";
  context.strokeStyle = themeColor("--chart-1");
  context.fillStyle = themeColor("--chart-1-soft");
  const step = width / Math.max(1, values.length - 1);
  const place = (value: number) => height - 1 - Math.min(1, Math.max(0, value / maximum)) * (height - 3);
  for (const [first, last] of runsOf(values)) {
    const line = new Path2D();
    for (let at = first; at <= last; at += 1) line.lineTo(at * step, place(values[at] ?? 0));
    if (first === last) line.lineTo(first * step + 1, place(values[first] ?? 0));
    const area = new Path2D(line);
    area.lineTo(last * step, height);
    area.lineTo(first * step, height);
    context.fill(area);
    context.stroke(line);
  }
}

/** The first and last index of each stretch without gaps. */
export function runsOf(values: Float32Array): [number, number][] {
  const runs: [number, number][] = [];
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const last = runs.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}
