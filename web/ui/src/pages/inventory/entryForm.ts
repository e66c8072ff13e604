/** A host's entry as the fields of a form, and back.
 *
 * Every field is text. What was not touched is not sent, so that an entry keeps what a form would write
 * otherwise (`port: "22"`).
 */

import type { Json } from "../../api/types";

export const TEXT_FIELDS = [
  "address",
  "port",
  "user",
  "key",
  "password",
  "jump",
  "connection",
  "interval",
  "timeout",
  "mode",
  "probe",
  "python",
  "known_hosts",
  "groups",
] as const;

export type TextFieldName = (typeof TEXT_FIELDS)[number];
export type Pair = readonly [name: string, value: string];
export type Entry = Readonly<Record<string, Json>>;

/** The fields as they stand: `key` has a path a line, `groups` are parted by commas. */
export interface EntryForm {
  readonly texts: Readonly<Record<TextFieldName, string>>;
  readonly tags: readonly Pair[];
  readonly collectors: Readonly<Record<string, string>>;
}

const NUMBERS: ReadonlySet<TextFieldName> = new Set(["port", "interval", "timeout"]);

/** The form of an entry; of a new host without one. */
export function formOf(entry: Entry = {}): EntryForm {
  const texts = Object.fromEntries(TEXT_FIELDS.map((name) => [name, textOf(name, entry[name])]));
  return {
    texts: texts as EntryForm["texts"],
    tags: pairsOf(entry.tags).map(([name, value]) => [name, scalarText(value)] as const),
    collectors: Object.fromEntries(
      pairsOf(entry.collectors).map(([name, value]) => [name, collectorText(value)]),
    ),
  };
}

/** The entry that a form says, empty fields left out. */
export function entryOf(form: EntryForm): Entry {
  return patchOf(formOf(), form);
}

/** What has changed, as a JSON merge patch: null takes a key away. */
export function patchOf(before: EntryForm, after: EntryForm): Entry {
  const patch: Record<string, Json> = {};
  for (const name of TEXT_FIELDS) {
    if (after.texts[name] !== before.texts[name]) patch[name] = jsonOf(name, after.texts[name]);
  }
  const tags = changesOf(tagsOf(before), tagsOf(after), (text) => text);
  const collectors = changesOf(textsOf(before.collectors), textsOf(after.collectors), numberOr);
  if (Object.keys(tags).length > 0) patch.tags = tags;
  if (Object.keys(collectors).length > 0) patch.collectors = collectors;
  return patch;
}

/** A tag's name that stands there twice. */
export function doubledTag(tags: readonly Pair[]): string | null {
  const names = tags.map(([name]) => name.trim()).filter((name) => name !== "");
  return names.find((name, index) => names.indexOf(name) !== index) ?? null;
}

function textOf(name: TextFieldName, value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(scalarText).join(name === "key" ? "\n" : ", ");
  return value === undefined || value === null ? "" : scalarText(value as Json);
}

function jsonOf(name: TextFieldName, text: string): Json {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (NUMBERS.has(name)) return numberOr(trimmed);
  if (name !== "key" && name !== "groups") return trimmed;
  const parts = trimmed.split(name === "key" ? /\n/ : /[,\n]/).map((part) => part.trim());
  const values = parts.filter((part) => part !== "");
  return values.length === 1 ? (values[0] ?? null) : values;
}

function changesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  make: (text: string) => Json,
): Record<string, Json> {
  const changes: Record<string, Json> = {};
  for (const name of before.keys()) if (!after.has(name)) changes[name] = null;
  for (const [name, text] of after) if (before.get(name) !== text) changes[name] = make(text);
  return changes;
}

function tagsOf(form: EntryForm): Map<string, string> {
  const pairs = form.tags.map(([name, value]) => [name.trim(), value.trim()] as const);
  return new Map(pairs.filter(([name]) => name !== ""));
}

function textsOf(texts: Readonly<Record<string, string>>): Map<string, string> {
  const pairs = Object.entries(texts).map(([name, text]) => [name, text.trim()] as const);
  return new Map(pairs.filter(([, text]) => text !== ""));
}

function numberOr(text: string): string | number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function pairsOf(value: Json | undefined): [string, Json][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function collectorText(value: Json): string {
  if (value === null || value === false) return "off";
  return value === true ? "on" : scalarText(value);
}

function scalarText(value: Json): string {
  return value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
