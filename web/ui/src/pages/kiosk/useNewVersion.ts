/** A wall is not reloaded by people: it takes over a newer dashboard by itself. */

import { useEffect, useRef } from "preact/hooks";
import { connection } from "../../state/fleet";

const LOOK_MILLISECONDS = 60 * 60_000;

/** Looks when the connection is back, as monctl may be another one then, and each hour. */
export function useNewVersion(): void {
  const first = useRef<string | null>(null);
  const isLive = connection.value === "live";
  useEffect(() => {
    if (!isLive) return;
    const look = async () => {
      const version = await versionThere();
      if (version === null) return;
      first.current ??= version;
      if (version !== first.current) location.reload();
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isLive]);
}

/** The page's ETag; null where it cannot be had. */
async function versionThere(): Promise<string | null> {
  try {
    const response = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    return response.ok ? response.headers.get("ETag") : null;
  } catch {
    return null;
  }
}
