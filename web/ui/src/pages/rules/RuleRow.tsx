/** One rule of the list. */

import type { RuleView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { href } from "../../router";
import { Badge } from "../../ui/Badge";
import { classes } from "../../ui/classes";
import { SeverityMark } from "../../ui/StateMark";
import { originText } from "./origin";
import { RuleActions } from "./RuleActions";

interface RuleRowProps {
  readonly rule: RuleView;
  /** How many of its alerts fire. */
  readonly firing: number;
  onChanged(): void;
}

export function RuleRow({ rule, firing, onChanged }: RuleRowProps) {
  const isOn = rule.enabled ?? rule.spec.enabled !== false;
  return (
    <li class={classes("entry", !isOn && "rule-off")}>
      <div class="entry-main">
        <p class="entry-title">
          {rule.severity ? <SeverityMark severity={rule.severity} /> : null}
          <a data-row-link href={href("rule", { name: rule.name })}>
            {rule.name}
          </a>
          {isOn ? null : <Badge>{t("rules.off")}</Badge>}
          {rule.problems.length > 0 ? <Badge kind="critical">{t("rules.unusable")}</Badge> : null}
          {firing > 0 ? (
            <a href={`${href("alerts")}?rule=${encodeURIComponent(rule.name)}`}>
              <Badge kind="critical">{t("nav.firing", { count: firing })}</Badge>
            </a>
          ) : null}
        </p>
        <code class="condition">{rule.when ?? String(rule.spec.when ?? "")}</code>
        {rule.problems.map((problem) => (
          <p key={problem} class="field-error">
            {problem}
          </p>
        ))}
        <p class="muted">{[forText(rule), hostsText(rule), originText(rule)].filter(Boolean).join(" · ")}</p>
      </div>
      <span />
      <RuleActions rule={rule} isShort onChanged={onChanged} />
    </li>
  );
}

function forText({ for_seconds: seconds }: RuleView): string {
  return seconds ? t("rules.for", { duration: formatDuration(seconds) }) : "";
}

function hostsText({ hosts }: RuleView): string {
  return hosts && hosts.length > 0 ? hosts.join(", ") : t("rules.allHosts");
}
