/** Where in the form of an entry a refusal belongs. */

import { ApiProblem, messageOf } from "../../api/problem";
import { TEXT_FIELDS } from "./entryForm";

/** `fields`: `name`, `port`, `tags.env`, `collectors.cpu` -> why. `others`: what no field is to blame for. */
export interface EntryErrors {
  readonly fields: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

export const NO_ERRORS: EntryErrors = { fields: new Map(), others: [] };

const KNOWN: ReadonlySet<string> = new Set(["name", "tags", "collectors", ...TEXT_FIELDS]);

/** The places of a problem with the host `name`. */
export function entryErrors(error: unknown, name: string): EntryErrors {
  if (!(error instanceof ApiProblem)) return { fields: new Map(), others: [messageOf(error)] };
  if (error.kind === "host-exists") return { fields: new Map([["name", messageOf(error)]]), others: [] };
  if (error.errors.length === 0) return withoutList(error);
  const fields = new Map<string, string>();
  const others: string[] = [];
  for (const one of error.errors) {
    const field = fieldOf(one.field, name);
    if (field === null || fields.has(field)) others.push(`${one.field}: ${one.message}`);
    else fields.set(field, one.message);
  }
  return { fields, others };
}

/** Whether one of the fields, or something below it, was refused. */
export function hasErrorIn(errors: EntryErrors, names: readonly string[]): boolean {
  return [...errors.fields.keys()].some((field) => names.includes(field.split(".")[0] ?? ""));
}

function withoutList(error: ApiProblem): EntryErrors {
  const message = messageOf(error);
  const isName = error.kind === "request-invalid" && message.startsWith("name:");
  return isName
    ? { fields: new Map([["name", message.slice("name:".length).trim()]]), others: [] }
    : { fields: new Map(), others: [message] };
}

/** `web-9.interval` is `interval`; the host itself is its name. Names may have dots of their own. */
function fieldOf(path: string, name: string): string | null {
  const rest = path.replace(/^hosts\./, "");
  if (rest === name || rest === "name") return "name";
  const field = rest.startsWith(`${name}.`) ? rest.slice(name.length + 1) : rest;
  return KNOWN.has(field.split(".")[0] ?? "") ? field : null;
}
