/** How the live stream fares. */

import { formatTime } from "../format/time";
import { t } from "../i18n";
import { connection, lastNews } from "../state/fleet";
import { classes } from "../ui/classes";

export function ConnectionMark() {
  const state = connection.value;
  return (
    <span class={classes("connection", `connection-${state}`)} role="status">
      <span class="connection-dot" aria-hidden="true" />
      {t(`connection.${state}`)}
    </span>
  );
}

/** Says above the page that what it shows is old. */
export function ConnectionBanner() {
  if (connection.value !== "disconnected") return null;
  const time = lastNews.value === null ? t("common.never") : formatTime(lastNews.value);
  return (
    <div class="banner" role="alert">
      {t("connection.banner", { time })}
    </div>
  );
}
