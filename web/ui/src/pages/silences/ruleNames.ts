/** The names of all rules, to choose from. */

import { getAll } from "../../api/pages";
import type { RuleView } from "../../api/types";

/** Names in their order; throws ApiProblem. */
export async function ruleNames(signal?: AbortSignal): Promise<string[]> {
  const rules = await getAll<RuleView>("/rules", {}, signal ? { signal } : {});
  return rules.map((rule) => rule.name);
}
