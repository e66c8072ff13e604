/** A silence in words. */

import type { SilenceView, Weekday } from "../../api/types";
import { format, formatMoment } from "../../format/time";
import { t } from "../../i18n";
import { now } from "../../state/clock";
import { WEEKDAYS } from "./draft";
import { labelsText } from "./words";

const MONDAY = Date.UTC(2026, 0, 5);
const DAY_MILLISECONDS = 86_400_000;

/** What it is about, on one line: `web-*, disk-*, path=/var`. */
export function aboutText({ hosts, rules, labels, everything }: SilenceView): string {
  if (everything) return t("silences.about.everything");
  return [hosts.join(", "), rules.join(", "), labelsText(labels)].filter((one) => one !== "").join("; ");
}

/** From when to when it holds. */
export function spanOf({ starts_at: start, ends_at: end, state }: SilenceView): string {
  const from = moment(start);
  const until = end === null ? null : moment(end);
  if (state === "expired") return until === null ? from : t("silences.from.to", { start: from, end: until });
  if (Date.parse(start) <= now.value) {
    return until === null ? t("silences.endless") : t("silences.until", { time: until });
  }
  return until === null
    ? t("silences.from", { time: from })
    : t("silences.from.to", { start: from, end: until });
}

/** Its weekly window: `Mon–Fri 22:00–06:00, Europe/Berlin`; null for one that holds all the time. */
export function scheduleText({ schedule }: SilenceView): string | null {
  if (!schedule) return null;
  const { start, end, time_zone: zone } = schedule;
  return t("silences.weekly", { days: weekdaysText(schedule.weekdays), start, end, zone });
}

/** `Mon–Fri`, `Mon, Wed`, `every day`. */
export function weekdaysText(days: readonly Weekday[]): string {
  if (days.length === WEEKDAYS.length) return t("silences.daily");
  const runs: Weekday[][] = [];
  for (const day of WEEKDAYS.filter((one) => days.includes(one))) {
    const last = runs.at(-1)?.at(-1);
    if (last && WEEKDAYS.indexOf(last) === WEEKDAYS.indexOf(day) - 1) runs.at(-1)?.push(day);
    else runs.push([day]);
  }
  return runs
    .map((run) => [...new Set([run[0], run.at(-1)])].map((day) => day && dayText(day)).join("–"))
    .join(", ");
}

/** A weekday's short name. */
export function dayText(day: Weekday): string {
  return format({ weekday: "short", timeZone: "UTC" }).format(
    MONDAY + WEEKDAYS.indexOf(day) * DAY_MILLISECONDS,
  );
}

function moment(time: string): string {
  return formatMoment(Date.parse(time), now.value);
}
