/** The host's own live stream, which brings everything that is known of it, top processes too. */

import { useEffect, useState } from "preact/hooks";
import { openLive } from "../../api/openLive";
import type { CurrentHostView, CurrentView } from "../../api/types";
import { takeHost } from "../../state/fleet";

/** `rounds`: how many times the stream had to begin anew, so that something may have been missed. */
export interface HostStream {
  readonly full: CurrentHostView | null;
  readonly rounds: number;
}

const NOTHING: HostStream = { full: null, rounds: 0 };

/** What the stream last brought of a host that there is; an empty name listens to nothing. */
export function useHostStream(name: string): HostStream {
  const [news, setNews] = useState(NOTHING);
  useEffect(() => {
    if (name === "") return;
    let snapshots = 0;
    const take = (document: CurrentView) => {
      const full = document.hosts.find((one) => one.host === name);
      if (!full) return;
      takeHost(full);
      setNews({ full, rounds: Math.max(0, snapshots - 1) });
    };
    const stream = openLive(
      {
        snapshot(document) {
          snapshots += 1;
          take(document);
        },
        samples: take,
      },
      { host: [name], fields: "all", events: "samples" },
    );
    return () => {
      stream.close();
      setNews(NOTHING);
    };
  }, [name]);
  return news;
}
