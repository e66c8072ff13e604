/** Where the events of a live stream come from. */

export const LIVE_EVENTS = ["snapshot", "samples", "state", "inventory", "alert"] as const;

export type LiveEventName = (typeof LIVE_EVENTS)[number];

/** A connection that comes back by itself, unless the server refuses. */
export interface LiveSource {
  close(): void;
}

/** What a source tells. `hasGivenUp`: it does not come back by itself. */
export interface SourceListener {
  opened(): void;
  told(name: LiveEventName, document: unknown): void;
  lost(hasGivenUp: boolean): void;
}
