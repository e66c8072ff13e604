/** The live stream: server-sent events that come back by themselves. */

import { API, type Query, withQuery } from "./http";
import type { LiveSource, SourceListener } from "./liveSource";
import type { LiveAlert, LiveInventoryView, LiveStateView } from "./types";

/** `stale`: lost a moment ago, and coming back; `disconnected`: lost for longer. */
export type ConnectionState = "connecting" | "live" | "stale" | "disconnected";

/** What a listener is told; each event's document as the API describes it, `Hosts` as the source makes them. */
export interface LiveListener<Hosts> {
  snapshot(document: Hosts): void;
  samples(document: Hosts): void;
  state(document: LiveStateView): void;
  inventory(document: LiveInventoryView): void;
  alert(document: LiveAlert): void;
  connection(state: ConnectionState): void;
}

/** What a stream is made of: tests put their own parts in. */
export interface LiveParts {
  open(url: string, listener: SourceListener): LiveSource;
  /** Whether the server answers and still knows this browser; logs out when it does not. */
  check(): Promise<boolean>;
  after(milliseconds: number, action: () => void): () => void;
}

const STALE_MILLISECONDS = 8_000;
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 15_000;
const QUIET_MILLISECONDS = 30_000;

/** One connection to /api/v1/live, opened at once; `query` chooses hosts and fields.
 *
 * A browser comes back to a lost stream by itself, and says which event it saw last. It gives up when the
 * server refuses: then this opens a new stream after a while, longer each time. A stream that has been quiet
 * is not taken for live on trust: the server is asked.
 */
export class LiveStream<Hosts> {
  private source: LiveSource | null = null;
  private retryMilliseconds = FIRST_RETRY_MILLISECONDS;
  private cancelRetry = noTimer;
  private cancelStale = noTimer;
  private cancelQuiet = noTimer;
  private isClosed = false;
  private state: ConnectionState = "connecting";

  constructor(
    private readonly listener: Partial<LiveListener<Hosts>>,
    private readonly query: Query = {},
    private readonly parts: LiveParts,
  ) {
    this.open();
  }

  /** Ends it for good. */
  close(): void {
    this.isClosed = true;
    this.cancelRetry();
    this.cancelStale();
    this.cancelQuiet();
    this.source?.close();
  }

  private open(): void {
    this.source = this.parts.open(API + withQuery("/live", this.query), {
      opened: () => this.noteLife(),
      told: (name, document) => {
        this.noteLife();
        (this.listener[name] as ((document: unknown) => void) | undefined)?.call(this.listener, document);
      },
      lost: (hasGivenUp) => this.noteError(hasGivenUp),
    });
  }

  private noteLife(): void {
    this.cancelStale();
    this.cancelStale = noTimer;
    this.retryMilliseconds = FIRST_RETRY_MILLISECONDS;
    this.watchQuiet();
    this.show("live");
  }

  private noteError(hasGivenUp: boolean): void {
    if (this.isClosed) return;
    this.cancelQuiet();
    this.showLost();
    if (hasGivenUp) this.retryLater();
  }

  private showLost(): void {
    if (this.state === "live") this.show("stale");
    if (this.cancelStale !== noTimer) return;
    this.cancelStale = this.parts.after(STALE_MILLISECONDS, () => this.show("disconnected"));
  }

  private retryLater(): void {
    this.cancelRetry();
    this.cancelRetry = this.parts.after(this.retryMilliseconds, () => void this.retry());
    this.retryMilliseconds = Math.min(2 * this.retryMilliseconds, LONGEST_RETRY_MILLISECONDS);
  }

  private async retry(): Promise<void> {
    const isWelcome = await this.parts.check();
    if (this.isClosed) return;
    if (isWelcome) this.open();
    else this.retryLater();
  }

  private watchQuiet(): void {
    this.cancelQuiet();
    this.cancelQuiet = this.parts.after(QUIET_MILLISECONDS, () => void this.lookWhenQuiet());
  }

  private async lookWhenQuiet(): Promise<void> {
    const isThere = await this.parts.check();
    if (this.isClosed) return;
    if (isThere) return this.watchQuiet();
    this.source?.close();
    this.showLost();
    this.retryLater();
  }

  private show(state: ConnectionState): void {
    if (this.isClosed || state === this.state) return;
    this.state = state;
    this.listener.connection?.(state);
  }
}

function noTimer(): void {}
