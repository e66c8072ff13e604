/** Lists as people type them: names with commas, labels as `path=/var*`. */

import type { Labels } from "../../api/types";

/** The items of a text with commas or line breaks between them, each once. */
export function splitList(text: string): string[] {
  return [...new Set(text.split(/[,\n]/).map((one) => one.trim()))].filter((one) => one !== "");
}

/** The labels of `path=/var*, fstype=ext4`; null where an item has no `=`. */
export function splitLabels(text: string): Labels | null {
  const pairs = splitList(text).map((one) => [one.indexOf("="), one] as const);
  if (pairs.some(([at]) => at < 1)) return null;
  return Object.fromEntries(pairs.map(([at, one]) => [one.slice(0, at).trim(), one.slice(at + 1).trim()]));
}

/** Labels as `splitLabels` reads them. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
