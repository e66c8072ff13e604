/** Parts of an alert in words. */

import type { AlertView, ReadingView } from "../../api/types";
import { formatNumber } from "../../format/number";
import { formatQuantity, isUnit } from "../../format/quantity";
import { type PlainKey, t } from "../../i18n";

/** The host of an alert; the poller itself has no name. */
export function hostText(alert: Pick<AlertView, "host">): string {
  return alert.host || t("alerts.poller");
}

/** A side of a comparison. */
export function sideText(side: number | string | null, unit: ReadingView["unit"]): string {
  if (side === null) return "–";
  if (typeof side === "string") return side;
  return isUnit(unit) ? formatQuantity(side, unit) : formatNumber(side);
}

const RESOLUTIONS: Readonly<Record<string, PlainKey>> = {
  cleared: "alerts.resolution.cleared",
  rule_removed: "alerts.resolution.rule_removed",
  rule_changed: "alerts.resolution.rule_changed",
  host_removed: "alerts.resolution.host_removed",
  host_paused: "alerts.resolution.host_paused",
  gone: "alerts.resolution.gone",
};

/** Why an alert is over. */
export function resolutionText(resolution: string): string {
  return textOf(RESOLUTIONS, resolution);
}

const KINDS: Readonly<Record<string, PlainKey>> = {
  firing: "alerts.kind.firing",
  repeat: "alerts.kind.repeat",
  escalation: "alerts.kind.escalation",
  resolved: "alerts.kind.resolved",
};

/** Why something was told. */
export function kindText(kind: string): string {
  return textOf(KINDS, kind);
}

const STATUSES: Readonly<Record<string, PlainKey>> = {
  queued: "alerts.status.queued",
  sent: "alerts.status.sent",
  silenced: "alerts.status.silenced",
  failed: "alerts.status.failed",
  dropped: "alerts.status.dropped",
};

/** What became of a notification. */
export function statusText(status: string): string {
  return textOf(STATUSES, status);
}

/** A newer monctl may have words that are not in the catalogue. */
function textOf(keys: Readonly<Record<string, PlainKey>>, word: string): string {
  const key = keys[word];
  return key ? t(key) : word;
}
