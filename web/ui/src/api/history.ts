/** Questions for history: those asked at the same moment travel in one request. */

import { get, isAbort, post } from "./http";
import { ApiProblem, problemFrom } from "./problem";
import type { Aggregate, BandedHistoryView } from "./types";

/** One metric over time; `start` and `end` in unix seconds or as `-24h`. */
export interface HistoryQuestion {
  readonly hosts: readonly string[];
  readonly metric: string;
  readonly start: string | number;
  readonly end?: string | number;
  /** `auto`, or a bucket's width such as `60s`. */
  readonly step?: string;
  readonly aggregate?: Aggregate;
  /** `name:value` each. */
  readonly labels?: readonly string[];
  /** Wants each bucket's least and greatest value as well. */
  readonly band?: boolean;
}

interface Waiting {
  readonly question: HistoryQuestion;
  readonly resolve: (history: BandedHistoryView) => void;
  readonly reject: (error: unknown) => void;
}

type Answer = BandedHistoryView | Readonly<Record<string, unknown>>;

const MAX_QUESTIONS = 64;

let waiting: Waiting[] = [];
let isBatchMissing = false;

/** The history that answers a question; throws ApiProblem. An aborted one rejects with AbortError. */
export function askHistory(question: HistoryQuestion, signal?: AbortSignal): Promise<BandedHistoryView> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    waiting.push({ question, resolve, reject });
    if (waiting.length === 1) setTimeout(sendWaiting, 0);
  });
}

function sendWaiting(): void {
  const all = waiting;
  waiting = [];
  for (let at = 0; at < all.length; at += MAX_QUESTIONS) void sendTogether(all.slice(at, at + MAX_QUESTIONS));
}

async function sendTogether(asked: readonly Waiting[]): Promise<void> {
  if (isBatchMissing) return sendEach(asked);
  try {
    const body = { questions: asked.map((one) => documentOf(one.question)) };
    const { answers } = await post<{ answers: readonly Answer[] }>("/metrics/history", body);
    asked.forEach((one, index) => {
      settle(one, answers[index] ?? {});
    });
  } catch (error) {
    if (isMissing(error)) {
      isBatchMissing = true;
      return sendEach(asked);
    }
    for (const one of asked) one.reject(error);
  }
}

function settle(one: Waiting, answer: Answer): void {
  if ("series" in answer) one.resolve(answer as BandedHistoryView);
  else one.reject(problemOf(answer.problem));
}

function problemOf(document: unknown): ApiProblem {
  const problem = (document ?? {}) as Readonly<Record<string, unknown>>;
  return problemFrom(problem, Number(problem.status) || 500);
}

/** A question as the API takes it. */
function documentOf({ labels = [], ...rest }: HistoryQuestion): object {
  return { ...rest, labels: Object.fromEntries(labels.map(splitLabel)) };
}

function splitLabel(label: string): [name: string, value: string] {
  const at = label.indexOf(":");
  return [label.slice(0, at), label.slice(at + 1)];
}

/** A daemon of an older version answers one question at a time. */
async function sendEach(asked: readonly Waiting[]): Promise<void> {
  for (const one of asked) {
    const { hosts, labels, band: _, ...rest } = one.question;
    try {
      one.resolve(await get("/metrics/history", { query: { ...rest, host: hosts, label: labels } }));
    } catch (error) {
      if (!isAbort(error)) one.reject(error);
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 404 || error.status === 405) && !error.suggestion;
}
