/** Data for a component: fetched when it appears, and anew when what it depends on changes. */

import { useCallback, useLayoutEffect, useState } from "preact/hooks";
import { isAbort } from "../api/http";

/** What there is of it: the newest data stays while newer is on its way or fails to come. */
export interface Loaded<Data> {
  readonly data: Data | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Asks anew. */
  readonly reload: () => void;
}

/** Runs `load` for `key`, and again for another; its signal is aborted when nobody waits any more. */
export function useData<Data>(key: string, load: (signal: AbortSignal) => Promise<Data>): Loaded<Data> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ data: Data | null; error: unknown; isLoading: boolean }>({
    data: null,
    error: null,
    isLoading: true,
  });
  // asked before the browser paints, which the answer need not wait for
  useLayoutEffect(() => {
    const controller = new AbortController();
    setState((before) => (before.isLoading ? before : { ...before, isLoading: true }));
    load(controller.signal).then(
      (data) => !controller.signal.aborted && setState({ data, error: null, isLoading: false }),
      (error: unknown) => {
        if (isAbort(error) || controller.signal.aborted) return;
        setState((before) => ({ data: before.data, error, isLoading: false }));
      },
    );
    return () => controller.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, reload };
}
