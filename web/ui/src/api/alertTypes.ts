/** Documents of the API on alerts, rules, silences and channels; to be imported from `./types`. */

import type { AlertState, Json, Labels, Outcome, Severity, TopProcessesView } from "./types";

export interface ReadingView {
  readonly text: string;
  readonly metric: string | null;
  readonly value: number | string | null;
  readonly operator: string;
  readonly threshold: number | string | null;
  readonly unit: string;
  readonly labels: Labels;
}

export interface AcknowledgementView {
  readonly at: string;
  readonly by: string;
  readonly note: string | null;
}

export interface AlertView {
  readonly id: number;
  readonly rule: string;
  readonly host: string;
  readonly labels: Labels;
  readonly tags: Labels;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly summary: string;
  readonly since: string;
  readonly fired_at: string | null;
  readonly resolved_at: string | null;
  readonly resolution: string | null;
  readonly reason: Outcome | null;
  readonly detail: string;
  readonly readings: readonly ReadingView[];
  readonly cleared_readings: readonly ReadingView[] | null;
  readonly members: readonly string[];
  readonly top_processes: TopProcessesView | null;
  readonly is_flapping: boolean;
  readonly acknowledged: AcknowledgementView | null;
  readonly silenced_by: number | null;
  readonly notified_at: string | null;
  readonly escalated_at: string | null;
}

/** An alert as the live stream tells it: one that ends before it fired is cancelled. */
export type LiveAlert = Omit<AlertView, "state"> & { readonly state: AlertState | "cancelled" };

export interface NotificationView {
  readonly id: number;
  readonly channel: string;
  readonly kind: string;
  readonly status: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly silence: number | null;
  readonly created_at: string;
  readonly due_at: string;
  readonly finished_at: string | null;
}

export interface AlertStoryView extends AlertView {
  readonly notifications: readonly NotificationView[];
}

export interface EscalationView {
  readonly after_seconds: number;
  readonly channels: readonly string[];
}

export interface RuleView {
  readonly name: string;
  readonly owner: "default" | "file" | "api";
  readonly file: string | null;
  readonly line: number | null;
  readonly version: number;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly overrides_default: boolean;
  readonly spec: Readonly<Record<string, Json>>;
  readonly problems: readonly string[];
  readonly enabled?: boolean | null;
  readonly when?: string | null;
  readonly clear?: string | null;
  readonly for_seconds?: number | null;
  readonly severity?: Severity | null;
  readonly hosts?: readonly string[] | null;
  readonly labels?: Readonly<Record<string, readonly string[]>> | null;
  readonly channels?: readonly string[] | null;
  readonly repeat_seconds?: number | null;
  readonly escalate?: EscalationView | null;
  readonly title?: string | null;
  readonly message?: string | null;
  readonly help?: string | null;
}

export interface ReplayedAlert {
  readonly host: string;
  readonly labels: Labels;
  readonly pending_at: string;
  readonly fired_at: string | null;
  readonly resolved_at: string | null;
  readonly readings: readonly ReadingView[];
}

export interface RuleTestView {
  readonly rule: string;
  readonly start: string;
  readonly end: string;
  readonly step_seconds: number;
  readonly hosts: number;
  readonly alerts: readonly ReplayedAlert[];
  readonly truncated: boolean;
}

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface ScheduleView {
  readonly weekdays: readonly Weekday[];
  readonly start: string;
  readonly end: string;
  readonly time_zone: string;
}

export interface SilenceView {
  readonly id: number;
  readonly state: "pending" | "active" | "expired";
  readonly hosts: readonly string[];
  readonly rules: readonly string[];
  readonly labels: Labels;
  readonly everything: boolean;
  readonly comment: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly starts_at: string;
  readonly ends_at: string | null;
  readonly schedule: ScheduleView | null;
  readonly next_change_at: string | null;
}

export interface DeliveryView {
  readonly time: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly error: string | null;
}

export interface ChannelView {
  readonly name: string;
  readonly owner: "file" | "api";
  readonly file: string | null;
  readonly line: number | null;
  readonly scheme: string;
  readonly service: string | null;
  readonly min_severity: Severity;
  readonly version: number;
  readonly problem: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly last_delivery: DeliveryView | null;
}

export interface ChannelTestView {
  readonly channel: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly answer: string;
}
