/** Holds a rule against the past while it is being written: what is wrong with it, and when it would have fired. */

import { useEffect, useState } from "preact/hooks";
import { isAbort, post } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { RuleTestView } from "../../api/types";
import type { RuleSpec } from "./draft";
import { type Faults, faultsOf, NO_FAULTS } from "./faults";

const DEBOUNCE_MILLISECONDS = 600;

/** `result` is the newest that there was; `isOld` while it is one of an earlier text. */
export interface Replay {
  readonly result: RuleTestView | null;
  readonly faults: Faults;
  /** Why monctl could not tell. */
  readonly error: unknown;
  readonly isRunning: boolean;
  readonly isOld: boolean;
}

const NOTHING: Replay = { result: null, faults: NO_FAULTS, error: null, isRunning: false, isOld: false };

/** Asks a moment after the last change, and gives up what was asked before; null asks for nothing. */
export function useReplay(name: string, spec: RuleSpec | null, start: string): Replay {
  const [replay, setReplay] = useState(NOTHING);
  const body = spec && JSON.stringify({ ...spec, name, start });
  useEffect(() => {
    if (body === null) {
      setReplay(NOTHING);
      return;
    }
    const controller = new AbortController();
    setReplay((before) => ({ ...before, isRunning: true, isOld: true }));
    const timer = setTimeout(() => {
      post<RuleTestView>("/rules/test", JSON.parse(body), { signal: controller.signal }).then(
        (result) => setReplay({ ...NOTHING, result }),
        (error: unknown) => {
          if (isAbort(error)) return;
          const isRefused = error instanceof ApiProblem && error.status === 422;
          setReplay((before) =>
            isRefused
              ? { ...before, faults: faultsOf(error, name), error: null, isRunning: false, isOld: true }
              : { ...before, error, isRunning: false },
          );
        },
      );
    }, DEBOUNCE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [body]);
  return replay;
}
