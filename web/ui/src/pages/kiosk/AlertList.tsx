/** The open alerts, as many as there is room for. */

import type { AlertView } from "../../api/types";
import { t } from "../../i18n";
import { areAlertsLoaded, fleet } from "../../state/fleet";
import { classes } from "../../ui/classes";
import { AlertStateBadge, SeverityMark } from "../../ui/StateMark";
import { Age } from "../../ui/Time";
import { useSize } from "./useSize";

const ROW_PIXELS = 92;
const MORE_PIXELS = 30;
const NARROW_ROWS = 20;

interface AlertListProps {
  readonly isNarrow: boolean;
  /** Drawn anew with each. */
  readonly revision: number;
}

export function AlertList({ isNarrow }: AlertListProps) {
  const [list, size] = useSize<HTMLDivElement>();
  if (!areAlertsLoaded.value) return null;
  const alerts = fleet.alerts.list();
  if (alerts.length === 0) return null;
  const room = isNarrow ? NARROW_ROWS : Math.max(1, Math.floor((size.height - MORE_PIXELS) / ROW_PIXELS));
  return (
    <section class="kiosk-alerts" aria-label={t("kiosk.alerts")}>
      <div class="kiosk-alerts-room" ref={list}>
        <ul>
          {alerts.slice(0, room).map((alert) => (
            <Alert key={alert.id} alert={alert} />
          ))}
        </ul>
        {alerts.length > room ? (
          <p class="kiosk-more">{t("kiosk.alerts.more", { count: alerts.length - room })}</p>
        ) : null}
      </div>
    </section>
  );
}

function Alert({ alert }: { alert: AlertView }) {
  const isCalm = alert.acknowledged !== null || alert.silenced_by !== null || alert.state === "pending";
  return (
    <li class={classes("kiosk-alert", `kiosk-alert-${alert.severity}`, isCalm && "kiosk-alert-calm")}>
      <div class="kiosk-alert-head">
        <SeverityMark severity={alert.severity} isShort />
        <strong>{alert.host || t("kiosk.poller")}</strong>
        <Age since={Date.parse(alert.fired_at ?? alert.since)} />
      </div>
      <p class="kiosk-alert-text">{alert.summary}</p>
      <p class="kiosk-alert-note note">
        <span>{alert.rule}</span>
        {alert.state === "pending" ? <AlertStateBadge state="pending" /> : null}
        {alert.acknowledged === null ? null : <span>{t("kiosk.acknowledged")}</span>}
        {alert.silenced_by === null ? null : <span>{t("kiosk.silenced")}</span>}
      </p>
    </li>
  );
}
