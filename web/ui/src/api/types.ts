/** Documents of the HTTP API: generated from its schemas, and here narrowed where a schema lets anything through.
 *
 * `schema.d.ts` is made of schemas.json by `npm run types`. Times are RFC 3339 in UTC.
 */

import type * as schema from "./schema";

export type * from "./schema";

/** A value of a host's entry or a rule's spec, as it was written. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Names to values as they were written. */
type Written = Readonly<Record<string, Json>>;

/** A document some of whose keys are known more closely. */
type Narrowed<
  Document,
  Keys extends { [Key in keyof Keys]: Key extends keyof Document ? unknown : never },
> = Omit<Document, keyof Keys> & Readonly<Keys>;

/** Names to values. */
export type Labels = Readonly<Record<string, string>>;

/** Some of the items that there are. */
export interface Page<Item> extends Omit<schema.PageAlertView, "items"> {
  readonly items: readonly Item[];
}

export type Unit = schema.MetricView["unit"];
export type Weekday = schema.ScheduleView["weekdays"][number];

/** [unix seconds of the bucket's start, value; null in a gap]. */
export type HistoryPoint = schema.SeriesView["points"][number];

export type AuditView = Narrowed<schema.AuditView, { detail: Written }>;
export type CurrentHostView = Narrowed<schema.CurrentHostView, { facts: Written | null }>;
export type CurrentView = Narrowed<schema.CurrentView, { hosts: readonly CurrentHostView[] }>;
export type HostView = Narrowed<schema.HostView, { entry: Written }>;
export type ImportView = Narrowed<schema.ImportView, { entries: Readonly<Record<string, Written>> }>;
export type ReplayedAlert = Narrowed<schema.ReplayedAlert, { readings: readonly schema.ReadingView[] }>;
export type RuleTestView = Narrowed<schema.RuleTestView, { alerts: readonly ReplayedAlert[] }>;
export type RuleView = Narrowed<schema.RuleView, { spec: Written }>;

/** An alert as the live stream tells it: one that ends before it fired is cancelled. */
export type LiveAlert = Narrowed<schema.AlertView, { state: schema.AlertState | "cancelled" }>;
