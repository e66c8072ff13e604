/** Opens a live stream in a browser. */

import { isSessionAlive } from "../state/session";
import type { Query } from "./http";
import { type LiveListener, type LiveParts, LiveStream } from "./live";

const BROWSER: LiveParts = {
  open: (url) => new EventSource(url),
  check: isSessionAlive,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A stream of what `query` chooses (`{ host: ["web-1"], fields: "all" }`); close it when it is not needed. */
export function openLive(listener: Partial<LiveListener>, query: Query = {}): LiveStream {
  return new LiveStream(listener, query, BROWSER);
}
