/** The theme's colours for those who draw on a canvas. */

import { effect } from "@preact/signals";
import { isDark } from "../state/theme";

const known = new Map<string, string>();

effect(() => {
  isDark.value;
  known.clear();
});

/** The value of a colour token of styles/tokens.css, such as `--chart-1`. */
export function themeColor(token: string): string {
  let color = known.get(token);
  if (color === undefined) {
    color = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    known.set(token, color);
  }
  return color;
}
