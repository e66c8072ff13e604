/** Which open alerts a silence that is being written would cover. */

import { useEffect, useState } from "preact/hooks";
import { post } from "../../api/http";
import type { AlertView, Page } from "../../api/types";
import { t } from "../../i18n";
import { href } from "../../router";
import { useAlertChanges } from "../../state/fleet/useAlertChanges";
import { AlertStateBadge, SeverityMark } from "../../ui/StateMark";
import { useData } from "../../ui/useData";
import type { MatchersDocument } from "./draft";
import { labelsText } from "./words";

const MAX_SHOWN = 6;
const TYPING_MILLISECONDS = 300;

interface SilencePreviewProps {
  readonly matchers: MatchersDocument | null;
  readonly isLater: boolean;
}

export function SilencePreview({ matchers, isLater }: SilencePreviewProps) {
  const text = JSON.stringify(matchers);
  const question = useCalm(text);
  const { data, error, reload } = useData(question, (signal) => coveredBy(question, signal));
  useAlertChanges(reload);
  if (!matchers || !data || error) return null;
  const { items, total } = data;
  return (
    <section class="preview" aria-live="polite" aria-busy={text !== question}>
      <h3>
        {t("silences.preview")}: {t("silences.preview.count", { count: total })}
      </h3>
      {total === 0 ? <p class="note">{t("silences.preview.none")}</p> : null}
      {isLater && total > 0 ? <p class="note">{t("silences.preview.later")}</p> : null}
      <ul class="preview-list stack-4">
        {items.map((alert) => (
          <li key={alert.id}>
            <SeverityMark severity={alert.severity} isShort />
            <a href={href("alert", { id: alert.id })}>{alert.rule}</a>
            <span>{alert.host || t("silences.poller")}</span>
            <span class="muted">{labelsText(alert.labels)}</span>
            {alert.state === "pending" ? <AlertStateBadge state="pending" /> : null}
          </li>
        ))}
      </ul>
      {total > items.length ? (
        <p class="note">{t("silences.preview.more", { count: total - items.length })}</p>
      ) : null}
    </section>
  );
}

/** The first of the alerts that a form is about, which is asked for as JSON; null for a form that says nothing. */
async function coveredBy(question: string, signal: AbortSignal): Promise<Page<AlertView> | null> {
  if (question === "null") return null;
  const query = { limit: MAX_SHOWN };
  return post<Page<AlertView>>("/silences/preview", JSON.parse(question), { query, signal });
}

/** A text once nobody has changed it for a moment. */
function useCalm(text: string): string {
  const [calm, setCalm] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(text), TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return calm;
}
