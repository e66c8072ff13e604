/** The host's alerts: what is open, and what fired in the time shown. */

import { useEffect, useRef } from "preact/hooks";
import type { AlertView } from "../../api/types";
import { t } from "../../i18n";
import { href } from "../../router";
import { may } from "../../state/session";
import { Badge } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { AlertStateBadge, SeverityMark } from "../../ui/StateMark";
import { Time } from "../../ui/Time";
import type { HostAlerts } from "./useHostAlerts";

interface HostAlertListProps {
  readonly alerts: HostAlerts;
  /** The alert that the address points out. */
  readonly chosen: number | null;
  onSilence(alert: AlertView): void;
}

const SHOWN_PAST = 8;

export function HostAlertList({ alerts, chosen, onSilence }: HostAlertListProps) {
  const { open, past } = alerts;
  const shownPast = past.filter((alert, index) => index < SHOWN_PAST || alert.id === chosen);
  return (
    <section class="host-card" aria-labelledby="alerts-title">
      <h2 id="alerts-title">{t("nav.alerts")}</h2>
      {open.length === 0 ? <p class="host-nothing note">{t("host.alerts.none")}</p> : null}
      <ul class="host-alerts">
        {[...open, ...shownPast].map((alert) => (
          <AlertLine key={alert.id} alert={alert} isChosen={alert.id === chosen} onSilence={onSilence} />
        ))}
      </ul>
      {past.length > shownPast.length ? (
        <p class="host-note">{t("host.alerts.more", { count: past.length - shownPast.length })}</p>
      ) : null}
    </section>
  );
}

interface AlertLineProps {
  readonly alert: AlertView;
  readonly isChosen: boolean;
  onSilence(alert: AlertView): void;
}

function AlertLine({ alert, isChosen, onSilence }: AlertLineProps) {
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) element.current?.scrollIntoView({ block: "center" });
  }, [isChosen]);
  const isOpen = alert.state !== "resolved";
  return (
    <li
      ref={element}
      id={`alert-${alert.id}`}
      class={classes("host-alert", isChosen && "host-alert-chosen")}
      aria-current={isChosen ? "true" : undefined}
    >
      <SeverityMark severity={alert.severity} isShort />
      <div class="host-alert-text">
        <a href={href("alert", { id: alert.id })}>{alert.rule}</a>
        <span>{alert.summary}</span>
        <span class="small-note">
          <AlertWhen alert={alert} />
        </span>
      </div>
      <div class="host-alert-marks">
        <AlertStateBadge state={alert.state} />
        {alert.acknowledged ? <Badge>{t("host.alerts.acknowledged")}</Badge> : null}
        {alert.silenced_by !== null ? <Badge>{t("host.alerts.silenced")}</Badge> : null}
        {isOpen && alert.silenced_by === null && may("operator") ? (
          <IconButton
            icon="silences"
            label={t("host.silence.alert", { rule: alert.rule })}
            onClick={() => onSilence(alert)}
          />
        ) : null}
      </div>
    </li>
  );
}

function AlertWhen({ alert }: { alert: AlertView }) {
  return (
    <>
      <Time at={alert.fired_at ?? alert.since} />
      {alert.resolved_at === null ? null : (
        <>
          {" – "}
          <Time at={alert.resolved_at} />
        </>
      )}
    </>
  );
}
