/** Documents of the HTTP API, as far as the dashboard uses them.
 *
 * Interfaces have the names of the schemas in /openapi.json; a test holds their keys against it. Times are
 * RFC 3339 in UTC.
 */

export type * from "./alertTypes";

export type Role = "viewer" | "operator" | "admin" | "collector";
export type HostState = "ok" | "late" | "down" | "paused" | "pending";
export type Severity = "info" | "warning" | "critical";
export type AlertState = "pending" | "firing" | "resolved";
export type Outcome =
  | "ok"
  | "dns"
  | "refused"
  | "timeout"
  | "unreachable"
  | "host_key_unknown"
  | "host_key_changed"
  | "auth_failed"
  | "jump_down"
  | "no_python"
  | "probe_failed"
  | "bad_output"
  | "late";
export type Unit =
  | "percent"
  | "bytes"
  | "bytes_per_second"
  | "count"
  | "per_second"
  | "seconds"
  | "milliseconds"
  | "celsius"
  | "load"
  | "bool";
export type Aggregate = "mean" | "min" | "max" | "last";

/** Names to values. */
export type Labels = Readonly<Record<string, string>>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
}

export interface SessionView {
  readonly name: string;
  readonly role: Role;
  readonly csrf_token: string;
}

export interface MeView {
  readonly name: string;
  readonly kind: "user" | "key" | "kiosk";
  readonly role: Role;
  readonly csrf_token: string | null;
}

export interface PointView {
  readonly labels: Labels;
  readonly fields: Readonly<Record<string, number>>;
}

export interface ProcessView {
  readonly pid: number;
  readonly user: string;
  readonly name: string;
  readonly cpu_percent: number | null;
  readonly rss: number;
}

export interface TopProcessesView {
  readonly cpu: readonly ProcessView[];
  readonly memory: readonly ProcessView[];
}

export interface CurrentHostView {
  readonly host: string;
  readonly state: HostState;
  readonly reason: Outcome | null;
  readonly detail: string;
  readonly time: string | null;
  readonly ok_time: string | null;
  readonly age_seconds: number | null;
  readonly tags: Labels;
  readonly metrics: Readonly<Record<string, readonly PointView[]>>;
  readonly errors: Labels;
  readonly top_processes: TopProcessesView | null;
  readonly facts: Readonly<Record<string, Json>> | null;
}

export interface CurrentView {
  readonly time: string;
  readonly hosts: readonly CurrentHostView[];
}

export interface LiveStateView {
  readonly time: string;
  readonly host: string;
  readonly state: HostState;
  readonly reason: Outcome | null;
  readonly detail: string;
  readonly previous: HostState | null;
}

export interface LiveInventoryView {
  readonly time: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** [unix seconds of the bucket's start, value; null in a gap]. */
export type HistoryPoint = readonly [number, number | null];

export interface SeriesView {
  readonly host: string;
  readonly labels: Labels;
  readonly points: readonly HistoryPoint[];
}

export interface HistoryView {
  readonly metric: string;
  readonly unit: Unit;
  readonly step_seconds: number;
  readonly series: readonly SeriesView[];
}

/** Where a band was asked for: [least, greatest] of each point's bucket. */
export interface BandedSeriesView extends SeriesView {
  readonly band?: readonly (readonly [number | null, number | null])[] | null;
}

export interface BandedHistoryView extends HistoryView {
  readonly series: readonly BandedSeriesView[];
}

export interface PollRunView {
  readonly time: string;
  readonly last_time: string;
  readonly outcome: Outcome;
  readonly detail: string;
  readonly errors: Labels;
  readonly polls: number;
  readonly duration_seconds: number | null;
}

export interface PollLogView {
  readonly host: string;
  readonly since: string;
  readonly items: readonly PollRunView[];
}

export interface MetricView {
  readonly name: string;
  readonly measurement: string;
  readonly field: string;
  readonly unit: Unit;
  readonly type: "int" | "float";
  readonly kind: "gauge" | "counter";
  readonly help: string;
  readonly labels: readonly string[];
}

/** A value of a host's entry or a rule's spec, as it was written. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface HostView {
  readonly name: string;
  readonly owner: "file" | "api";
  readonly file: string | null;
  readonly line: number | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly entry: Readonly<Record<string, Json>>;
  readonly address?: string | null;
  readonly port?: number | null;
  readonly user?: string | null;
  readonly key?: readonly string[] | null;
  readonly has_password?: boolean | null;
  readonly known_hosts?: string | null;
  readonly jump?: string | null;
  readonly connection?: "ssh" | "local" | "push" | null;
  readonly mode?: "resident" | "oneshot" | null;
  readonly interval?: number | null;
  readonly timeout?: number | null;
  readonly collectors?: Readonly<Record<string, number | null>> | null;
  readonly probe?: "auto" | "psutil" | "proc" | null;
  readonly python?: string | null;
  readonly groups?: readonly string[] | null;
  readonly tags?: Labels | null;
  readonly paused?: boolean | null;
}

export interface CheckStepView {
  readonly step: string;
  readonly ok: boolean;
  readonly reason: Outcome | null;
  readonly detail: string;
  readonly advice: string;
}

export interface CheckView {
  readonly host: string;
  readonly ok: boolean;
  readonly steps: readonly CheckStepView[];
}

export interface KnownKeyView {
  readonly type: string;
  readonly fingerprint: string;
}

export interface ShownKeyView {
  readonly type: string;
  readonly fingerprint: string;
  readonly status: "known" | "unknown" | "changed";
}

export interface HostKeysView {
  readonly host: string;
  readonly name: string;
  readonly file: string;
  readonly is_changed: boolean;
  readonly keys: readonly ShownKeyView[];
  readonly known: readonly KnownKeyView[];
  readonly advice: string;
}

export interface ImportNote {
  readonly line: number | null;
  readonly field: string;
  readonly message: string;
}

export interface SkippedHost {
  readonly name: string;
  readonly reason: string;
  readonly owner: "file" | "api";
  readonly differs_in: readonly string[];
}

export interface ImportView {
  readonly added: readonly string[];
  readonly existing: readonly string[];
  readonly skipped: readonly SkippedHost[];
  readonly entries: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly notes: readonly ImportNote[];
  readonly dry_run: boolean;
}

export interface UserView {
  readonly name: string;
  readonly role: "viewer" | "operator" | "admin";
  readonly is_active: boolean;
  readonly created_at: string;
  readonly last_login_at: string | null;
}

export interface KeyView {
  readonly name: string;
  readonly role: Role;
  readonly host: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}

export interface NewKeyView extends KeyView {
  readonly key: string;
}

export interface AuditView {
  readonly id: number;
  readonly time: string;
  readonly actor: string;
  readonly address: string | null;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, Json>>;
}
