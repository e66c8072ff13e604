/** The page's keys: `[` and `]` for a shorter and a longer time, `l` for live, `j` and `k` for sections. */

import { useKey } from "../../keyboard";
import type { HostPageView } from "./view";
import type { ViewChanges } from "./viewChanges";

const TITLES = ".host-section-title";
const MARGIN_PIXELS = 90;

export function useHostKeys(view: HostPageView, change: ViewChanges): void {
  useKey("[", () => change.step(-1));
  useKey("]", () => change.step(1));
  useKey("l", () => change.toLive(!view.isLive));
  useKey("Escape", () => change.reset());
  useKey("j", () => goToSection(1));
  useKey("k", () => goToSection(-1));
}

/** Scrolls to the next title below the bar of ranges, or to the one before. */
function goToSection(by: 1 | -1): void {
  const tops = [...document.querySelectorAll<HTMLElement>(TITLES)].map((title) => ({
    title,
    top: title.getBoundingClientRect().top - MARGIN_PIXELS,
  }));
  const section = by > 0 ? tops.find(({ top }) => top > 4) : tops.findLast(({ top }) => top < -4);
  if (!section) return;
  scrollBy(0, section.top);
  section.title.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
}
