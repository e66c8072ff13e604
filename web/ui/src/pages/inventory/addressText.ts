/** Where a host is, in one line: `monitor@10.0.0.9:2222`. */

import type { HostView } from "../../api/types";
import { t } from "../../i18n";

export function addressText(host: HostView): string {
  if (host.connection === "local") return t("inventory.local");
  if (host.connection === "push") return t("inventory.push");
  const entryAddress = typeof host.entry.address === "string" ? host.entry.address : null;
  const address = host.address ?? entryAddress ?? host.name;
  const isIpv6 = address.includes(":") && host.port;
  const place = `${isIpv6 ? `[${address}]` : address}${host.port ? `:${host.port}` : ""}`;
  return host.user ? `${host.user}@${place}` : place;
}
