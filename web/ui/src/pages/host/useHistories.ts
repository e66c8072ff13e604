/** A section's histories: asked for when the section comes near the window, made longer by live samples. */

import { useEffect, useRef, useState } from "preact/hooks";
import { askHistory } from "../../api/history";
import { useData } from "../../ui/useData";
import { extendHistories, type Histories, type Sample } from "./histories";
import type { PlannedQuestion } from "./plan";
import { stepFor } from "./steps";
import type { Span } from "./useSpan";

interface HistoriesQuestion {
  readonly host: string;
  readonly questions: readonly PlannedQuestion[];
  readonly span: Span;
  /** The longest time between two values of a metric, in seconds. */
  readonly intervalSeconds: number;
  /** Whether the section is to be seen, or soon will be. */
  readonly isNear: boolean;
  /** The newest sample in live mode. */
  readonly sample: Sample | null;
}

interface SectionData {
  readonly histories: Histories | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** The questions of all sections that come near at the same moment travel in one request. */
export function useHistories(question: HistoriesQuestion): SectionData {
  const { host, span, isNear, sample } = question;
  const key = useRef("");
  if (isNear) key.current = `${host} ${span.key}`;
  const { data, error, isLoading, reload } = useData(key.current, (signal) =>
    key.current === "" ? Promise.resolve(null) : ask(question, signal),
  );
  const [histories, setHistories] = useState<Histories | null>(null);
  useEffect(() => setHistories(data), [data]);
  useEffect(() => {
    if (sample) setHistories((before) => before && extendHistories(before, sample, span.start));
  }, [sample]);
  return { histories, error, isLoading: isLoading || key.current === "", reload };
}

async function ask(
  { host, questions, span: { start, end }, intervalSeconds }: HistoriesQuestion,
  signal: AbortSignal,
): Promise<Histories> {
  const step = stepFor(end - start, intervalSeconds);
  const answers = await Promise.all(
    questions.map(({ metric, only, isBanded }) =>
      askHistory(
        {
          hosts: [host],
          metric,
          start,
          end,
          step,
          ...(only === undefined ? {} : { labels: [only] }),
          ...(isBanded ? { band: true } : {}),
        },
        signal,
      ),
    ),
  );
  return new Map(questions.map(({ key }, index) => [key, answers[index] ?? NO_HISTORY]));
}

const NO_HISTORY = { metric: "", unit: "count", step_seconds: 1, series: [] } as const;
