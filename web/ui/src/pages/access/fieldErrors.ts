/** Where in a form of users and keys a refusal belongs. */

import { ApiProblem, messageOf } from "../../api/problem";
import { t } from "../../i18n";

/** Field -> why; what belongs to none of `fields` has the name "". */
export type FieldErrors = Readonly<Record<string, string>>;

/** What the API says of a name with other characters: it shows the pattern, which helps few. */
const PATTERN_MESSAGE = "String should match pattern";
const TAKEN: ReadonlySet<string> = new Set(["user-exists", "key-exists"]);

/** The places of a refusal in a form with these fields. */
export function fieldErrors(error: unknown, fields: readonly string[]): FieldErrors {
  if (!(error instanceof ApiProblem)) return { "": messageOf(error) };
  if (TAKEN.has(error.kind)) return { name: messageOf(error) };
  const { field } = error.members;
  if (typeof field === "string" && fields.includes(field))
    return { [field]: withoutField(messageOf(error), field) };
  const messages: Record<string, string> = {};
  for (const one of error.errors) {
    const name = one.field.split(".").at(-1) ?? "";
    const isBadName = name === "name" && one.message.startsWith(PATTERN_MESSAGE);
    messages[fields.includes(name) ? name : ""] ??= isBadName ? t("access.name.hint") : one.message;
  }
  return Object.keys(messages).length > 0 ? messages : { "": messageOf(error) };
}

function withoutField(message: string, field: string): string {
  return message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
}
