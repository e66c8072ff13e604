/** One alert of a list. */

import type { AlertView, SilenceView } from "../../api/types";
import { actorName } from "../../format/actor";
import { formatDuration } from "../../format/duration";
import { formatMoment } from "../../format/time";
import { t } from "../../i18n";
import { href } from "../../router";
import { now } from "../../state/clock";
import { Badge } from "../../ui/Badge";
import { Icon } from "../../ui/Icon";
import { AlertStateBadge, SeverityMark } from "../../ui/StateMark";
import { Age, Time } from "../../ui/Time";
import { AlertActions } from "./AlertActions";
import { AlertLabels } from "./AlertLabels";
import { hostText } from "./texts";

interface AlertRowProps {
  readonly alert: AlertView;
  readonly silence?: SilenceView | undefined;
  /** Of the history: it says how it ended, too. */
  readonly isPast?: boolean;
}

export function AlertRow({ alert, silence, isPast = false }: AlertRowProps) {
  return (
    <li class={`entry alert alert-${alert.severity}`}>
      <div class="entry-main">
        <p class="entry-title">
          <SeverityMark severity={alert.severity} />
          <a data-row-link href={href("alert", { id: alert.id })}>
            {alert.rule}
          </a>
          {alert.host === "" ? (
            <span>{hostText(alert)}</span>
          ) : (
            <a class="alert-host" href={href("host", { name: alert.host })}>
              {alert.host}
            </a>
          )}
          <AlertLabels labels={alert.labels} />
          {isPast ? <AlertStateBadge state={alert.state} /> : null}
          {alert.is_flapping ? <Badge kind="warning">{t("alerts.flapping")}</Badge> : null}
        </p>
        <p class="muted">{alert.summary}</p>
        <Notes alert={alert} silence={silence} />
      </div>
      <div class="entry-facts">{isPast ? <Past alert={alert} /> : <Since alert={alert} />}</div>
      {isPast ? null : <AlertActions alert={alert} silence={silence} />}
    </li>
  );
}

function Since({ alert }: { alert: AlertView }) {
  return (
    <p>
      <span class="muted">{alert.state === "firing" ? t("alerts.firingFor") : t("alerts.pendingFor")}</span>{" "}
      <strong>
        <Age since={Date.parse(alert.fired_at ?? alert.since)} />
      </strong>
    </p>
  );
}

function Past({ alert }: { alert: AlertView }) {
  const start = alert.fired_at ?? alert.since;
  const end = alert.resolved_at ? Date.parse(alert.resolved_at) : now.value;
  return (
    <>
      <p>
        <Time at={start} />
      </p>
      <p class="muted">
        {t("alerts.lasted", {
          duration: formatDuration(Math.max(0, Math.round((end - Date.parse(start)) / 1000))),
        })}
      </p>
    </>
  );
}

function Notes({ alert, silence }: { alert: AlertView; silence: SilenceView | undefined }) {
  const { acknowledged } = alert;
  if (!acknowledged && !silence) return null;
  return (
    <>
      {acknowledged ? (
        <p class="alert-note">
          <Icon name="check" />
          <span>
            {t("alerts.acknowledgedBy", { name: actorName(acknowledged.by) })}
            {acknowledged.note ? `: ${acknowledged.note}` : ""}
          </span>
        </p>
      ) : null}
      {silence ? (
        <p class="alert-note">
          <Icon name="silences" />
          <span>
            {silence.ends_at
              ? t("alerts.silencedUntil", { time: formatMoment(Date.parse(silence.ends_at), now.value) })
              : t("alerts.silencedNow")}
            {silence.comment ? `: ${silence.comment}` : ""}
          </span>
        </p>
      ) : null}
    </>
  );
}
