/** Changes of rules that need no form. */

import { apiPath, patch, remove } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { tell, tellError } from "../../ui/toasts";

/** Switches a rule on or off; what goes wrong is told. */
export async function switchRule(rule: RuleView, isOn: boolean): Promise<void> {
  try {
    await patch<RuleView>(apiPath("rules", rule.name), { enabled: isOn }, { version: rule.version });
    tell(t(isOn ? "rules.switchedOn" : "rules.switchedOff", { name: rule.name }));
  } catch (error) {
    tellRefusal(error);
  }
}

/** Deletes a rule, or brings back what it lay over; whether it did. */
export async function deleteRule(rule: RuleView): Promise<boolean> {
  try {
    await remove(apiPath("rules", rule.name), { version: rule.version });
    tell(t(rule.overrides_default ? "rules.restored" : "rules.deleted", { name: rule.name }));
    return true;
  } catch (error) {
    tellRefusal(error);
    return false;
  }
}

function tellRefusal(error: unknown): void {
  const isConflict = error instanceof ApiProblem && error.status === 412;
  if (isConflict) tellError(new Error(t("rules.conflict.again")));
  else tellError(error);
}
