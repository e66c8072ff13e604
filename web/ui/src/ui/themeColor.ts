/** The theme's colours for those who draw on a canvas. */

import { effect } from "@preact/signals";
import { isDark } from "../state/theme";

const colors = new Map<string, string>();

effect(() => {
  isDark.value;
  colors.clear();
});

/** The value of a colour token of styles/tokens.css, such as `--chart-1`. */
export function themeColor(token: string): string {
  let color = colors.get(token);
  if (color === undefined) {
    color = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    colors.set(token, color);
  }
  return color;
}
