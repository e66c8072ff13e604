/** Which open alerts a silence that is being written would cover. */

import { t } from "../../i18n";
import { href } from "../../router";
import { areAlertsLoaded, fleet, revision } from "../../state/fleet";
import { AlertStateBadge, SeverityMark } from "../../ui/StateMark";
import { covers, type Matchers } from "./covers";
import { labelsText } from "./words";

const MAX_SHOWN = 6;

export function SilencePreview({ matchers, isLater }: { matchers: Matchers | null; isLater: boolean }) {
  revision.value;
  if (!matchers || !areAlertsLoaded.value) return null;
  const found = fleet.alerts.list().filter((alert) => covers(matchers, alert));
  return (
    <section class="preview" aria-live="polite">
      <h3>
        {t("silences.preview")}: {t("silences.preview.count", { count: found.length })}
      </h3>
      {found.length === 0 ? <p class="field-hint">{t("silences.preview.none")}</p> : null}
      {isLater && found.length > 0 ? <p class="field-hint">{t("silences.preview.later")}</p> : null}
      <ul class="preview-list">
        {found.slice(0, MAX_SHOWN).map((alert) => (
          <li key={alert.id}>
            <SeverityMark severity={alert.severity} isShort />
            <a href={href("alert", { id: alert.id })}>{alert.rule}</a>
            <span>{alert.host || t("silences.poller")}</span>
            <span class="muted">{labelsText(alert.labels)}</span>
            {alert.state === "pending" ? <AlertStateBadge state="pending" /> : null}
          </li>
        ))}
      </ul>
      {found.length > MAX_SHOWN ? (
        <p class="field-hint">{t("silences.preview.more", { count: found.length - MAX_SHOWN })}</p>
      ) : null}
    </section>
  );
}
