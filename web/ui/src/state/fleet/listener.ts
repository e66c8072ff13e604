/** The thread that listens to the stream of the fleet; see fleetStream.ts. */

import { openEventSource } from "../../api/eventSource";
import type { LiveSource } from "../../api/liveSource";
import type { CurrentView } from "../../api/types";
import type { FromListener, ToListener } from "./fleetStream";
import { Packer } from "./packed";

let source: LiveSource | null = null;

addEventListener("message", ({ data }: MessageEvent<ToListener>) => {
  source?.close();
  source = data.url === null ? null : listen(data.url);
});

function listen(url: string): LiveSource {
  const packer = new Packer();
  return openEventSource(url, {
    opened: () => tell({ kind: "opened" }),
    told(name, document) {
      if (name !== "snapshot" && name !== "samples") return tell({ kind: "told", name, document });
      const pack = packer.pack(document as CurrentView, { isSnapshot: name === "snapshot" });
      tell({ kind: "told", name, document: pack }, [pack.numbers.buffer, pack.values.buffer]);
    },
    lost: (hasGivenUp) => tell({ kind: "lost", hasGivenUp }),
  });
}

function tell(message: FromListener, buffers: Transferable[] = []): void {
  postMessage(message, { transfer: buffers });
}
