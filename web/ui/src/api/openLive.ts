/** Opens a live stream in a browser. */

import { isSessionAlive } from "../state/session";
import { openEventSource } from "./eventSource";
import type { Query } from "./http";
import { type LiveListener, type LiveParts, LiveStream } from "./live";
import type { CurrentView } from "./types";

/** What every stream of a browser has, whatever brings its events. */
export const BROWSER: Omit<LiveParts, "open"> = {
  check: isSessionAlive,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A stream of what `query` chooses (`{ host: ["web-1"], fields: "all" }`); close it when it is not needed. */
export function openLive(
  listener: Partial<LiveListener<CurrentView>>,
  query: Query = {},
): LiveStream<CurrentView> {
  return new LiveStream(listener, query, { ...BROWSER, open: openEventSource });
}
