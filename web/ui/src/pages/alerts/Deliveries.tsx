/** All that was to be told of an alert, and what became of it. */

import type { NotificationView } from "../../api/types";
import { t } from "../../i18n";
import { href } from "../../router";
import { Badge, type BadgeKind } from "../../ui/Badge";
import { Time } from "../../ui/Time";
import { kindText, statusText } from "./texts";

const BADGES: Readonly<Record<string, BadgeKind>> = { sent: "ok", failed: "critical", queued: "accent" };

export function Deliveries({ notifications }: { notifications: readonly NotificationView[] }) {
  return (
    <section class="section">
      <h2>{t("alerts.deliveries")}</h2>
      {notifications.length === 0 ? (
        <p class="muted">{t("alerts.deliveries.none")}</p>
      ) : (
        <ul class="entries">
          {notifications.map((one) => (
            <Delivery key={one.id} one={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Delivery({ one }: { one: NotificationView }) {
  return (
    <li class="entry">
      <div class="entry-main">
        <p class="entry-title">
          {one.channel}
          <span class="delivery-kind">{kindText(one.kind)}</span>
          <Badge kind={BADGES[one.status] ?? "plain"}>{statusText(one.status)}</Badge>
          {one.silence === null ? null : <a href={`${href("silences")}?id=${one.silence}`}>#{one.silence}</a>}
        </p>
        {one.error ? <p class="muted">{one.error}</p> : null}
      </div>
      <div class="entry-facts">
        <p>
          <Time at={one.finished_at ?? one.created_at} />
        </p>
        <p class="muted">{t("alerts.deliveries.attempts", { count: one.attempts })}</p>
        {one.finished_at ? null : (
          <p class="muted">
            {t("alerts.deliveries.next")} <Time at={one.due_at} />
          </p>
        )}
      </div>
    </li>
  );
}
