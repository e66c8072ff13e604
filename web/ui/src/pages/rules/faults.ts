/** What monctl finds wrong with a rule, brought to the fields of the form. */

import type { ApiProblem } from "../../api/problem";

/** One thing that is wrong; `column` from 1, within an expression. */
export interface Fault {
  readonly message: string;
  readonly column: number | null;
  readonly suggestion: string | null;
}

/** Field -> the first thing that is wrong there; `""` for what is wrong with the rule as a whole. */
export type Faults = ReadonlyMap<string, Fault>;

export const NO_FAULTS: Faults = new Map();

const FIELDS = new Set([
  ...["name", "when", "clear", "for", "severity", "hosts", "labels", "channels", "repeat", "escalate"],
  ...["title", "message", "help"],
]);
const COLUMN = / \(column \d+\)$/;

/** The faults of a refused rule called `name`; places are `name.when`, `name.labels.path`. */
export function faultsOf(problem: ApiProblem, name: string): Faults {
  const faults = new Map<string, Fault>();
  const note = (field: string, fault: Fault) => faults.has(field) || faults.set(field, fault);
  for (const error of problem.errors) {
    const column = (error as { readonly column?: unknown }).column;
    note(fieldOf(error.field, name), {
      message: error.message.replace(COLUMN, ""),
      column: typeof column === "number" ? column : null,
      suggestion: error.suggestion ?? null,
    });
  }
  if (faults.size === 0) {
    const field = problem.kind === "rule-exists" ? "name" : "";
    note(field, { message: problem.message, column: null, suggestion: problem.suggestion });
  }
  return faults;
}

/** The key of a place; a name may have dots in it. */
function fieldOf(place: string, name: string): string {
  const rest = place === name ? "" : place.startsWith(`${name}.`) ? place.slice(name.length + 1) : place;
  const first = rest.split(".")[0] ?? "";
  return FIELDS.has(first) ? first : "";
}

/** An expression around the column of a fault: before, at, and after it. */
export function splitAt(expression: string, column: number): readonly [string, string, string] {
  const start = Math.max(0, Math.min(column - 1, expression.length));
  const word = /^[\w.]+|^\S/.exec(expression.slice(start))?.[0] ?? " ";
  return [
    expression.slice(0, start),
    expression.slice(start, start + word.length) || " ",
    expression.slice(start + word.length),
  ];
}

/** The expression with what stands at the column replaced by what was suggested. */
export function withSuggestion(expression: string, { column, suggestion }: Fault): string | null {
  if (column === null || suggestion === null) return null;
  const [before, , after] = splitAt(expression, column);
  return before + suggestion + after;
}
