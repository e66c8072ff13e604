/** The stream of the whole fleet, read in a thread of its own: a thousand hosts must not hold up the page. */

import { type LiveListener, LiveStream } from "../../api/live";
import type { LiveEventName, LiveSource, SourceListener } from "../../api/liveSource";
import { BROWSER } from "../../api/openLive";
import type { PackedHosts } from "./packed";

/** What the page tells the thread: to connect to an address, or to let go. */
export type ToListener = { readonly url: string | null };

/** What the thread tells the page. */
export type FromListener =
  | { readonly kind: "opened" }
  | { readonly kind: "told"; readonly name: LiveEventName; readonly document: unknown }
  | { readonly kind: "lost"; readonly hasGivenUp: boolean };

let worker: Worker | null = null;

/** Starts the thread, which is ready then when somebody logs in. */
export function startListener(): Worker {
  worker ??= newListener();
  return worker;
}

/** One that cannot be fetched, or fails, is replaced when a stream is opened next. */
function newListener(): Worker {
  const thread = new Worker(new URL("./listener.ts", import.meta.url), { type: "module" });
  thread.addEventListener("error", () => {
    thread.terminate();
    worker = null;
  });
  return thread;
}

/** A stream of all hosts and alerts; close it when it is not needed. */
export function openFleet(listener: LiveListener<PackedHosts>): LiveStream<PackedHosts> {
  return new LiveStream<PackedHosts>(listener, {}, { ...BROWSER, open });
}

function open(url: string, listener: SourceListener): LiveSource {
  const thread = startListener();
  const onMessage = ({ data }: MessageEvent<FromListener>) => {
    if (data.kind === "opened") listener.opened();
    else if (data.kind === "told") listener.told(data.name, data.document);
    else listener.lost(data.hasGivenUp);
  };
  const onError = () => listener.lost(true);
  thread.addEventListener("message", onMessage);
  thread.addEventListener("error", onError);
  tell(thread, { url });
  return {
    close() {
      thread.removeEventListener("message", onMessage);
      thread.removeEventListener("error", onError);
      tell(thread, { url: null });
    },
  };
}

function tell(thread: Worker, message: ToListener): void {
  thread.postMessage(message);
}
