/** Requests to the API with the browser's session. */

import { ApiProblem, readProblem } from "./problem";

export const API = "/api/v1";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Values of a query; arrays repeat the name, null and undefined leave it out. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The version that a change is meant for (If-Match). */
  readonly version?: number;
  readonly signal?: AbortSignal;
}

/** What requests need of the session; see state/session.ts. */
export interface Credentials {
  csrfToken(): string | null;
  /** Called when an answer says that nobody is logged in any more. */
  expired(): void;
}

let credentials: Credentials = { csrfToken: () => null, expired: () => undefined };

/** Says where requests get their CSRF token from. */
export function useCredentials(source: Credentials): void {
  credentials = source;
}

const AHEAD_MILLISECONDS = 3_000;

const ahead = new Map<string, Promise<unknown>>();

/** Asks for a document before there is a page that wants it; whoever asks for it next gets this answer. */
export function getAhead(path: string): void {
  const answer = request("GET", path, {});
  answer.catch(() => undefined); // it is whoever takes it who is to know
  ahead.set(path, answer);
  setTimeout(() => ahead.delete(path), AHEAD_MILLISECONDS);
}

/** A document; throws ApiProblem, and AbortError when the signal says so. */
export function get<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const early = options.query ? undefined : ahead.get(path);
  if (!early) return request("GET", path, options);
  ahead.delete(path);
  return early as Promise<Answer>;
}

/** Sends a document; an answer without a body is undefined. Throws as `get`. */
export function post<Answer>(path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
  return request("POST", path, { ...options, body });
}

/** Replaces a document. Throws as `get`. */
export function put<Answer>(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
  return request("PUT", path, { ...options, body });
}

/** Changes parts of a document. Throws as `get`. */
export function patch<Answer>(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer> {
  return request("PATCH", path, { ...options, body });
}

/** Takes something away. Throws as `get`. */
export function remove<Answer = undefined>(path: string, options: RequestOptions = {}): Promise<Answer> {
  return request("DELETE", path, options);
}

/** Sends a request whose answer comes as server-sent events, and tells each; throws as `get`. */
export async function postEvents(
  path: string,
  onEvent: (name: string, document: unknown) => void,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal ? { signal } : {};
  const response = await send("POST", API + path, options, "text/event-stream");
  if (!response.ok) throw await refusalOf(response);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return;
    const frames = (rest + value).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) readFrame(frame, onEvent);
  }
}

function readFrame(frame: string, onEvent: (name: string, document: unknown) => void): void {
  const lines = frame.split("\n");
  const fieldOf = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = fieldOf("data");
  if (data !== undefined) onEvent(fieldOf("event") ?? "message", JSON.parse(data));
}

/** A path below /api/v1 of parts that may hold any character: `apiPath("hosts", name, "check")`. */
export function apiPath(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

/** A path with its query. */
export function withQuery(path: string, query: Query = {}): string {
  const text = queryText(query);
  return text ? `${path}?${text}` : path;
}

/** A query as text, without the question mark. */
export function queryText(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.toString();
}

async function request<Answer>(method: Method, path: string, options: RequestOptions): Promise<Answer> {
  const response = await send(method, API + withQuery(path, options.query), options);
  if (!response.ok) throw await refusalOf(response);
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

async function refusalOf(response: Response): Promise<ApiProblem> {
  const problem = await readProblem(response);
  if (problem.status === 401 && problem.kind === "unauthorized") credentials.expired();
  return problem;
}

async function send(
  method: Method,
  url: string,
  options: RequestOptions,
  accept = "application/json",
): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: { ...headersFor(method, options), Accept: accept },
      credentials: "same-origin",
      cache: "no-store",
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiProblem(0, "network", "");
  }
}

/** Whether an error says that a request was given up on purpose. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function headersFor(method: Method, options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  const csrfToken = credentials.csrfToken();
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.version !== undefined) headers["If-Match"] = `"${options.version}"`;
  if (method !== "GET" && csrfToken !== null) headers["X-CSRF-Token"] = csrfToken;
  return headers;
}
