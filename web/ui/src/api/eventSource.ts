/** The browser's own event source as a source of a live stream. */

import { LIVE_EVENTS, type LiveSource, type SourceListener } from "./liveSource";

const CLOSED = 2;

/** Connects; each event's document is read here. */
export function openEventSource(url: string, listener: SourceListener): LiveSource {
  const source = new EventSource(url);
  source.addEventListener("open", () => listener.opened());
  source.addEventListener("error", () => listener.lost(source.readyState === CLOSED));
  for (const name of LIVE_EVENTS) {
    source.addEventListener(name, (event) => listener.told(name, JSON.parse(event.data)));
  }
  return source;
}
