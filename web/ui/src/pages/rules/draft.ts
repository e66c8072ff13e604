/** A rule while it is being written: what stands in the form, and the spec that it comes to. */

import type { Json, RuleView, Severity } from "../../api/types";
import { splitList } from "../silences/words";
import { durationText } from "./durations";

export type Clearing = "not" | "never" | "own";
export type Audience = "all" | "nobody" | "some";

/** Texts as they were typed; `labels`: a line each, `fstype=!squashfs, !iso9660`. */
export interface RuleDraft {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly when: string;
  readonly clearing: Clearing;
  readonly clear: string;
  readonly for: string;
  readonly severity: Severity;
  readonly hosts: string;
  readonly labels: string;
  readonly audience: Audience;
  readonly channels: readonly string[];
  readonly repeat: string;
  readonly escalateAfter: string;
  readonly escalateTo: readonly string[];
  readonly title: string;
  readonly message: string;
  readonly help: string;
}

/** A rule's spec, as the API takes it. */
export type RuleSpec = Readonly<Record<string, Json>>;

export const EMPTY_DRAFT: RuleDraft = {
  name: "",
  isEnabled: true,
  when: "",
  clearing: "not",
  clear: "",
  for: "5m",
  severity: "warning",
  hosts: "",
  labels: "",
  audience: "all",
  channels: [],
  repeat: "",
  escalateAfter: "",
  escalateTo: [],
  title: "",
  message: "",
  help: "",
};

const NEVER = "never";

/** Whether a rule may be called so. */
export function isRuleName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
}

/** The form of a rule: of its fields, or of what is written where it cannot be used. */
export function draftOf(rule: RuleView): RuleDraft {
  const spec = rule.when === undefined ? rule.spec : fieldsOf(rule);
  const clear = text(spec.clear);
  const escalate = mapping(spec.escalate);
  const channels = spec.channels === undefined || spec.channels === null ? null : list(spec.channels);
  return {
    name: rule.name,
    isEnabled: spec.enabled !== false,
    when: text(spec.when),
    clearing: clear === "" ? "not" : clear.toLowerCase() === NEVER ? NEVER : "own",
    clear: clear.toLowerCase() === NEVER ? "" : clear,
    for: text(spec.for),
    severity: (spec.severity ?? "warning") as Severity,
    hosts: list(spec.hosts).join(", "),
    labels: Object.entries(mapping(spec.labels))
      .map(([name, patterns]) => `${name}=${list(patterns).join(", ")}`)
      .join("\n"),
    audience: channels === null ? "all" : channels.length === 0 ? "nobody" : "some",
    channels: channels ?? [],
    repeat: text(spec.repeat),
    escalateAfter: text(escalate.after),
    escalateTo: list(escalate.channels),
    title: text(spec.title),
    message: text(spec.message),
    help: text(spec.help),
  };
}

/** The spec of a form; what is empty is left out. */
export function specOf(draft: RuleDraft): RuleSpec {
  const labels = labelsOf(draft.labels) ?? {};
  const hosts = splitList(draft.hosts);
  const hasEscalation = draft.escalateAfter.trim() !== "" || draft.escalateTo.length > 0;
  const spec: Record<string, Json | undefined> = {
    enabled: draft.isEnabled ? undefined : false,
    when: draft.when.trim() || undefined,
    clear: draft.clearing === "never" ? NEVER : (draft.clearing === "own" && draft.clear.trim()) || undefined,
    for: draft.for.trim() || undefined,
    severity: draft.severity,
    hosts: hosts.length > 0 ? hosts : undefined,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    channels: draft.audience === "all" ? undefined : draft.audience === "nobody" ? [] : [...draft.channels],
    repeat: draft.repeat.trim() || undefined,
    escalate: hasEscalation
      ? { after: draft.escalateAfter.trim() || null, channels: [...draft.escalateTo] }
      : undefined,
    title: draft.title.trim() || undefined,
    message: draft.message.trim() || undefined,
    help: draft.help.trim() || undefined,
  };
  return Object.fromEntries(
    Object.entries(spec).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** The merge patch (RFC 7396) that makes one spec another: what is gone is null, within labels too. */
export function patchOf(before: RuleSpec, after: RuleSpec): RuleSpec {
  const patch: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[key];
    const fresh = after[key];
    if (JSON.stringify(old) === JSON.stringify(fresh)) continue;
    if (fresh === undefined) patch[key] = key === "enabled" ? true : null;
    else if (isMapping(old) && isMapping(fresh)) patch[key] = patchOf(old, fresh);
    else patch[key] = fresh;
  }
  return patch;
}

/** Label to patterns of `path=/var*` lines; null where a line has no `=` or nothing beside it. */
export function labelsOf(text: string): Readonly<Record<string, readonly string[]>> | null {
  const labels: Record<string, readonly string[]> = {};
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const at = line.indexOf("=");
    const patterns = splitList(line.slice(at + 1));
    if (at < 1 || patterns.length === 0) return null;
    labels[line.slice(0, at).trim()] = patterns;
  }
  return labels;
}

/** A rule's fields, with defaults worked in, as they would be written. */
function fieldsOf(rule: RuleView): RuleSpec {
  const { escalate, repeat_seconds: repeat } = rule;
  return {
    enabled: rule.enabled ?? true,
    when: rule.when ?? "",
    clear: rule.clear ?? "",
    for: durationText(rule.for_seconds ?? 0),
    severity: rule.severity ?? "warning",
    hosts: rule.hosts ?? [],
    labels: rule.labels ?? {},
    channels: rule.channels ?? null,
    repeat: repeat ? durationText(repeat) : "",
    escalate: escalate ? { after: durationText(escalate.after_seconds), channels: escalate.channels } : null,
    title: rule.title ?? "",
    message: rule.message ?? "",
    help: rule.help ?? "",
  };
}

function text(value: Json | undefined): string {
  if (typeof value === "number") return durationText(value);
  return typeof value === "string" ? value : "";
}

function list(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : [];
}

function mapping(value: Json | undefined): Readonly<Record<string, Json>> {
  return isMapping(value) ? value : {};
}

function isMapping(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
