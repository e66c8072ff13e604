/** What is shown of a host, as the address says it. */

import type { QueryChanges } from "../../router";
import { SECTION_NAMES, type SectionName } from "./plan";
import { DEFAULT_RANGE, type RangeName, rangeNamed, rangeSeconds } from "./ranges";

/** A time with fixed ends, unix seconds. */
export interface FixedTime {
  readonly start: number;
  readonly end: number;
}

/** `fixed`: shown in place of the range, and never live. `alert`: one to point out. */
export interface HostPageView {
  readonly range: RangeName;
  readonly fixed: FixedTime | null;
  readonly isLive: boolean;
  readonly hidden: readonly SectionName[];
  readonly alert: number | null;
}

const LEAST_SECONDS = 10;

/** The view that an address asks for; what it says wrongly is as if it were not there. */
export function readView(query: URLSearchParams, hash = ""): HostPageView {
  const fixed = fixedTime(moment(query.get("from")), moment(query.get("to")));
  const hidden = (query.get("hide") ?? "").split(",");
  return {
    range: rangeNamed(query.get("range")) ?? DEFAULT_RANGE,
    fixed,
    isLive: fixed === null && query.get("live") !== "0",
    hidden: SECTION_NAMES.filter((name) => hidden.includes(name)),
    alert: alertId(query.get("alert")) ?? alertId(/^#alert-(\d+)$/.exec(hash)?.[1] ?? null),
  };
}

/** What to change in an address for a view to become another. */
export function queryOf({ range, fixed, isLive, hidden, alert }: HostPageView): QueryChanges {
  return {
    range: range === DEFAULT_RANGE ? null : range,
    from: fixed && isoSeconds(fixed.start),
    to: fixed && isoSeconds(fixed.end),
    live: isLive || fixed ? null : "0",
    hide: hidden.join(",") || null,
    alert: alert === null ? null : String(alert),
  };
}

/** How long the time shown is, in seconds. */
export function shownSeconds({ fixed, range }: HostPageView): number {
  return fixed ? fixed.end - fixed.start : rangeSeconds(range);
}

/** Fixed ends; null where one is missing, or they are the wrong way round. A very short time is widened. */
export function fixedTime(start: number | null, end: number | null): FixedTime | null {
  if (start === null || end === null || end <= start) return null;
  const missing = Math.max(0, LEAST_SECONDS - (end - start)) / 2;
  return { start: Math.floor(start - missing), end: Math.ceil(end + missing) };
}

function moment(text: string | null): number | null {
  if (text === null || text === "") return null;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  return Number.isFinite(seconds) ? seconds : null;
}

function isoSeconds(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

function alertId(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
