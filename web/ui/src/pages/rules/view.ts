/** Which rules are shown, as the address says it. */

import type { RuleView } from "../../api/types";
import { OWNERS } from "./origin";

export interface RulesView {
  readonly search: string;
  readonly owner: (typeof OWNERS)[number] | "";
  readonly on: "on" | "off" | "";
}

/** The view that an address asks for. */
export function readView(query: URLSearchParams): RulesView {
  const on = query.get("on");
  return {
    search: query.get("q") ?? "",
    owner: OWNERS.find((one) => one === query.get("owner")) ?? "",
    on: on === "on" || on === "off" ? on : "",
  };
}

/** Whether a view shows a rule. */
export function isRuleShown(rule: RuleView, { search, owner, on }: RulesView): boolean {
  const text = [rule.name, rule.when, rule.help, ...(rule.hosts ?? [])].join(" ").toLowerCase();
  const isOn = rule.enabled === true;
  return (
    search
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word)) &&
    (owner === "" || rule.owner === owner) &&
    (on === "" || isOn === (on === "on"))
  );
}
