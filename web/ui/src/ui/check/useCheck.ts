/** A check that a component runs, and can run again. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { isAbort } from "../../api/http";
import type { CheckStepView } from "../../api/types";
import { checkHost } from "./checkHost";

/** `isOk` is null until the walk is over; `error`: why there was none. */
export interface Check {
  readonly steps: readonly CheckStepView[];
  readonly isRunning: boolean;
  readonly isOk: boolean | null;
  readonly error: unknown;
}

const NOT_YET: Check = { steps: [], isRunning: false, isOk: null, error: null };

/** The check of one host; `run` begins it anew, and gives up one that is under way. */
export function useCheck(name: string): Check & { run(): void } {
  const [check, setCheck] = useState(NOT_YET);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => {
    setCheck(NOT_YET);
    return () => controller.current?.abort();
  }, [name]);
  const run = useCallback(() => {
    controller.current?.abort();
    const current = new AbortController();
    controller.current = current;
    setCheck({ ...NOT_YET, isRunning: true });
    const onStep = (step: CheckStepView) =>
      setCheck((before) => ({ ...before, steps: [...before.steps, step] }));
    checkHost(name, onStep, current.signal).then(
      (isOk) => setCheck((before) => ({ ...before, isRunning: false, isOk })),
      (error: unknown) => {
        if (!isAbort(error) && !current.signal.aborted) setCheck({ ...NOT_YET, error });
      },
    );
  }, [name]);
  return { ...check, run };
}
