/** What can be done about an alert. */

import { apiPath, post, remove } from "../../api/http";
import type { AlertStoryView, AlertView, SilenceView } from "../../api/types";
import { formatMoment } from "../../format/time";
import { t } from "../../i18n";
import { serverNow } from "../../state/clock";
import { tell, tellError } from "../../ui/toasts";
import { commentOn, matchersOfAlert, withoutEmpty } from "../silences/draft";
import { reloadOpenSilences } from "../silences/openSilences";
import { endOf, type Span } from "../silences/spans";

/** Says that somebody is on it; throws ApiProblem. */
export function acknowledge(alert: AlertView, note: string): Promise<AlertStoryView> {
  return post<AlertStoryView>(apiPath("alerts", alert.id, "ack"), { note: note.trim() });
}

/** As if nobody had acknowledged it; what goes wrong is told. */
export async function takeBack(alert: AlertView): Promise<void> {
  try {
    await remove(apiPath("alerts", alert.id, "ack"));
    tell(t("alerts.ack.takenBack"));
  } catch (error) {
    tellError(error);
  }
}

/** Silences this alert alone for a span; what goes wrong is told. */
export async function silence(alert: AlertView, span: Span): Promise<void> {
  const end = endOf(span, serverNow());
  try {
    await post<SilenceView>("/silences", {
      ...withoutEmpty(matchersOfAlert(alert)),
      ends_at: new Date(end).toISOString(),
      comment: commentOn(alert),
    });
    await reloadOpenSilences();
    tell(t("alerts.silenced", { time: formatMoment(end, serverNow()) }));
  } catch (error) {
    tellError(error);
  }
}
