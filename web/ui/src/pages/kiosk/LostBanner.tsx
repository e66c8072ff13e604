/** Says that what is shown is old. */

import { formatMoment } from "../../format/time";
import { t } from "../../i18n";
import { now } from "../../state/clock";
import { connection, lastNews } from "../../state/fleet";

export function LostBanner() {
  if (connection.value === "stale")
    return (
      <p class="kiosk-banner kiosk-banner-stale" role="status">
        {t("kiosk.stale")}
      </p>
    );
  if (connection.value !== "disconnected") return null;
  const last = lastNews.value;
  return (
    <p class="kiosk-banner" role="alert">
      {last === null ? t("kiosk.lost.never") : t("kiosk.lost", { time: formatMoment(last, now.value) })}
    </p>
  );
}
