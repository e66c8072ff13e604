/** Where a rule comes from, and with that who may change it. */

import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { may } from "../../state/session";

export const OWNERS = ["default", "file", "api"] as const;

/** `Ships with monctl`, `monctl.yaml, line 12`, `Made here`. */
export function originText(rule: RuleView): string {
  if (rule.owner === "file") {
    const place = { file: rule.file ?? "monctl.yaml", line: rule.line ?? 0 };
    return rule.line ? t("rules.origin.fileLine", place) : place.file;
  }
  if (rule.owner === "default") return t("rules.origin.default");
  return t(rule.overrides_default ? "rules.origin.changed" : "rules.origin.api");
}

/** Why a rule cannot be changed here by whoever is logged in; null when it can. */
export function lockReason(rule: RuleView): string | null {
  if (rule.owner === "file") {
    return t("common.ownedByFile", { file: rule.file ?? "monctl.yaml", line: rule.line ?? "?" });
  }
  return may("admin") ? null : t("rules.noRights");
}
