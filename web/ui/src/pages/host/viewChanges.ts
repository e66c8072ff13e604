/** How a view becomes another one. */

import type { StepOptions } from "../../router";
import type { SectionName } from "./plan";
import { neighbourRange, type RangeName } from "./ranges";
import { type FixedTime, fixedTime, type HostPageView, shownSeconds } from "./view";

export interface ViewChanges {
  toRange(range: RangeName): void;
  toFixed(time: FixedTime): void;
  toLive(isLive: boolean): void;
  /** The next shorter or longer range. */
  step(by: 1 | -1): void;
  zoom(start: number, end: number): void;
  /** From a zoom back to the range before. */
  reset(): void;
  hide(name: SectionName, isHidden: boolean): void;
}

/** Another time is a step that the browser goes back from; all else changes the address in place. */
const STEP: StepOptions = { keepsScroll: true };
const IN_PLACE: StepOptions = { replace: true };

export function viewChanges(
  view: HostPageView,
  show: (view: HostPageView, options: StepOptions) => void,
): ViewChanges {
  const toRange = (range: RangeName) =>
    show({ ...view, range, fixed: null, isLive: view.fixed ? true : view.isLive }, STEP);
  const toFixed = (fixed: FixedTime) => show({ ...view, fixed, isLive: false }, STEP);
  return {
    toRange,
    toFixed,
    toLive: (isLive) => show({ ...view, isLive, fixed: null }, view.fixed ? STEP : IN_PLACE),
    step: (by) => toRange(neighbourRange(shownSeconds(view), by)),
    zoom(start, end) {
      const time = fixedTime(start, end);
      if (time) toFixed(time);
    },
    reset() {
      if (view.fixed) show({ ...view, fixed: null, isLive: true }, STEP);
    },
    hide(name, isHidden) {
      const others = view.hidden.filter((one) => one !== name);
      show({ ...view, hidden: isHidden ? [...others, name] : others }, IN_PLACE);
    },
  };
}
