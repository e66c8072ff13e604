/** Pausing and resuming a host, whoever owns it. */

import { apiPath, post } from "../../api/http";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { tell, tellError } from "../../ui/toasts";

/** The host as it is then; null where it did not work, which is told. */
export async function setPaused(name: string, isPaused: boolean): Promise<HostView | null> {
  try {
    const host = await post<HostView>(apiPath("hosts", name, isPaused ? "pause" : "resume"));
    tell(t(isPaused ? "inventory.paused.done" : "inventory.resumed.done", { name }));
    return host;
  } catch (error) {
    tellError(error);
    return null;
  }
}
