/** A silence while it is being written: what stands in the form, and the document that it comes to. */

import type { ApiProblem } from "../../api/problem";
import type { AlertView, Json, Labels, SilenceView, Weekday } from "../../api/types";
import { endOf, SPANS, type Span } from "./spans";
import { labelsText, splitLabels, splitList } from "./words";

export const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The part of a silence's document that says what it is about. */
export type MatchersDocument = Partial<Matchers> & { readonly everything?: true };

/** How a silence ends; `never` is for those that come back each week. */
export type Ending = Span | "at" | "never";

/** What a silence is about: any of the hosts, any of the rules, all of the labels; empty: whatever. */
export interface Matchers {
  readonly hosts: readonly string[];
  readonly rules: readonly string[];
  readonly labels: Labels;
}

/** Texts as they were typed; `startsAt` and `endsAt` as a `datetime-local` field has them, empty for now. */
export interface SilenceDraft {
  readonly isEverything: boolean;
  readonly hosts: string;
  readonly rules: string;
  readonly labels: string;
  readonly startsAt: string;
  readonly ending: Ending;
  readonly endsAt: string;
  readonly isWeekly: boolean;
  readonly weekdays: readonly Weekday[];
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly timeZone: string;
  readonly comment: string;
}

/** Fields of a form each take the draft and say what to change in it. */
export interface DraftPartProps {
  readonly draft: SilenceDraft;
  readonly problem: ApiProblem | null;
  onChange(changes: Partial<SilenceDraft>): void;
}

/** An empty form; `timeZone` is the reader's own. */
export function emptyDraft(timeZone: string): SilenceDraft {
  return {
    isEverything: false,
    hosts: "",
    rules: "",
    labels: "",
    startsAt: "",
    ending: "2h",
    endsAt: "",
    isWeekly: false,
    weekdays: WEEKDAYS,
    windowStart: "22:00",
    windowEnd: "06:00",
    timeZone,
    comment: "",
  };
}

/** A form with what an address says: `?host=web-1&rule=disk-full&label=path%3D/var&comment=…`. */
export function draftOfQuery(query: URLSearchParams, timeZone: string): SilenceDraft {
  const span = SPANS.find((one) => one === query.get("span"));
  return {
    ...emptyDraft(timeZone),
    hosts: query.getAll("host").join(", "),
    rules: query.getAll("rule").join(", "),
    labels: query.getAll("label").join(", "),
    comment: query.get("comment") ?? "",
    ...(span ? { ending: span } : {}),
  };
}

/** A form for one more silence like this. */
export function draftOfSilence(silence: SilenceView, timeZone: string): SilenceDraft {
  const { schedule } = silence;
  return {
    ...emptyDraft(timeZone),
    isEverything: silence.everything,
    hosts: silence.hosts.join(", "),
    rules: silence.rules.join(", "),
    labels: labelsText(silence.labels),
    comment: silence.comment,
    ...(schedule
      ? {
          isWeekly: true,
          ending: "never",
          weekdays: schedule.weekdays,
          windowStart: schedule.start,
          windowEnd: schedule.end,
          timeZone: schedule.time_zone,
        }
      : {}),
  };
}

/** The query of a form for the silence of one alert, which may be changed there. */
export function queryOfAlert(alert: AlertView): string {
  const { hosts, rules, labels } = matchersOfAlert(alert);
  const query = new URLSearchParams({ new: "1", comment: commentOn(alert) });
  for (const host of hosts) query.append("host", host);
  for (const rule of rules) query.append("rule", rule);
  for (const [name, value] of Object.entries(labels)) query.append("label", `${name}=${value}`);
  return query.toString();
}

/** What a silence of one alert is about: nothing else than this alert. */
export function matchersOfAlert({ host, rule, labels }: AlertView): Matchers {
  const patterns = Object.entries(labels).map(([name, value]) => [name, exactly(value)]);
  return {
    hosts: host === "" ? [] : [exactly(host)],
    rules: [rule],
    labels: Object.fromEntries(patterns),
  };
}

/** A pattern that this text alone matches. */
function exactly(text: string): string {
  return text.replace(/[*?[]/g, "[$&]");
}

/** What to write to a silence that was made from an alert. */
export function commentOn(alert: AlertView): string {
  return `#${alert.id} ${alert.rule}`;
}

/** What the form would silence, as monctl takes it; null while it says nothing, or labels cannot be read. */
export function matchersOf(draft: SilenceDraft): MatchersDocument | null {
  if (draft.isEverything) return { everything: true };
  const labels = splitLabels(draft.labels);
  if (labels === null) return null;
  const document = withoutEmpty({ hosts: splitList(draft.hosts), rules: splitList(draft.rules), labels });
  return Object.keys(document).length === 0 ? null : document;
}

/** What a silence is about as `POST /silences` takes it: nothing stands there empty. */
export function withoutEmpty({ hosts, rules, labels }: Matchers): MatchersDocument {
  return {
    ...(hosts.length > 0 ? { hosts } : {}),
    ...(rules.length > 0 ? { rules } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };
}

/** The body of `POST /silences`; `now` in milliseconds. */
export function documentOf(draft: SilenceDraft, now: number): Readonly<Record<string, Json>> {
  const start = draft.startsAt === "" ? now : Date.parse(draft.startsAt);
  return {
    ...matchersOf(draft),
    ...(draft.startsAt === "" ? {} : { starts_at: instant(start) }),
    ...endOfDraft(draft, start),
    ...(draft.isWeekly ? { schedule: scheduleOf(draft) } : {}),
    ...(draft.comment.trim() === "" ? {} : { comment: draft.comment.trim() }),
  };
}

function endOfDraft({ ending, endsAt }: SilenceDraft, start: number): Readonly<Record<string, Json>> {
  if (ending === "never") return {};
  if (ending === "at") return endsAt === "" ? {} : { ends_at: instant(Date.parse(endsAt)) };
  return { ends_at: instant(endOf(ending, start)) };
}

function scheduleOf({ weekdays, windowStart, windowEnd, timeZone }: SilenceDraft): Json {
  const days = WEEKDAYS.filter((one) => weekdays.includes(one));
  return { weekdays: days, start: windowStart, end: windowEnd, time_zone: timeZone.trim() };
}

function instant(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : "";
}
