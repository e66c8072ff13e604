/** What a request can end with when it does not go well. */

import { t } from "../i18n";

/** One field of a form that was refused, with the reason. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly suggestion?: string | null;
  readonly line?: number | null;
}

/** An answer that says what went wrong (problem+json), or that there was no answer: status 0. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    /** HTTP status; 0 when monctl could not be reached. */
    readonly status: number,
    /** A stable word such as `host-unknown`; empty when the answer names none. */
    readonly kind: string,
    detail: string,
    readonly errors: readonly FieldError[] = [],
    /** The nearest name to one that is not known. */
    readonly suggestion: string | null = null,
    /** Every member of the document: `file`, `line`, `version`. */
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail);
  }

  /** The reason that one field was refused, if it was. */
  fieldMessage(field: string): string | undefined {
    return this.errors.find((one) => one.field === field || one.field.endsWith(`.${field}`))?.message;
  }
}

/** The problem that an answer holds; anything else than problem+json is told by its status. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const document = await jsonObject(response);
  const retryAfter = Number(response.headers.get("Retry-After"));
  return problemFrom(document, response.status, retryAfter > 0 ? retryAfter : null);
}

/** A problem of its document. */
export function problemFrom(
  document: Readonly<Record<string, unknown>>,
  status: number,
  retryAfterSeconds: number | null = null,
): ApiProblem {
  const type = typeof document.type === "string" ? document.type : "";
  const detail = typeof document.detail === "string" ? document.detail : "";
  return new ApiProblem(
    status,
    type.split(":").at(-1) ?? "",
    detail,
    Array.isArray(document.errors) ? document.errors : [],
    typeof document.suggestion === "string" ? document.suggestion : null,
    document,
    retryAfterSeconds,
  );
}

/** One sentence for people on any error. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return t("error.network");
  if (error.status === 429) return t("error.tooOften", { seconds: error.retryAfterSeconds ?? 60 });
  return error.message || t("error.unexpected", { status: error.status });
}

async function jsonObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const document: unknown = await response.json();
    return isObject(document) ? document : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
