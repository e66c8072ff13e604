/** What an entry of the audit log has changed, key by key. */

import type { Json } from "../../api/types";

/** `before` is undefined where the log tells one value alone; null stands for nothing. */
export interface AuditChange {
  readonly name: string;
  readonly before: Json | undefined;
  readonly after: Json;
}

/** The changes of an entry's detail: those between `before` and `after` where it has both. */
export function auditChanges(detail: Readonly<Record<string, Json>>): AuditChange[] {
  const { before, after, ...rest } = detail;
  const told = Object.entries(rest).flatMap(([name, value]) => changesOf(name, value));
  if (!isObject(before) || !isObject(after)) {
    const others = [
      before === undefined ? [] : changesOf("before", before),
      after === undefined ? [] : changesOf("after", after),
    ];
    return [...others.flat(), ...told];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = names
    .filter((name) => jsonText(before[name] ?? null) !== jsonText(after[name] ?? null))
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }));
  return [...changes, ...told];
}

/** A value as text; nothing as a dash. */
export function jsonText(value: Json): string {
  if (value === null) return "–";
  if (Array.isArray(value)) return value.map(jsonText).join(", ");
  if (isObject(value)) return JSON.stringify(value);
  return String(value);
}

/** A host's entry is told key by key. */
function changesOf(name: string, value: Json): AuditChange[] {
  if (!isObject(value)) return [{ name, before: undefined, after: value }];
  return Object.entries(value).map(([inner, one]) => ({ name: inner, before: undefined, after: one }));
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
