/** Rules: all of them, one of them, a new one. */

import type { PageProps } from "../../router";
import { NewRulePage } from "./NewRulePage";
import { RuleList } from "./RuleList";
import { RulePage } from "./RulePage";

export default function RulesPage({ place }: PageProps) {
  const { name } = place.params;
  if (place.route === "newRule") return <NewRulePage copied={place.query.get("copy")} />;
  return name === undefined ? <RuleList query={place.query} /> : <RulePage key={name} name={name} />;
}
