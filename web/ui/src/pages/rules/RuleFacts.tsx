/** A rule that whoever looks may not change, and why; with what it would have done. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { RuleView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { NO_FAULTS } from "./faults";
import { type ReplaySpan, RulePreview } from "./RulePreview";
import { useReplay } from "./useReplay";

const NOTHING_BESIDE = {};

export function RuleFacts({ rule, reason }: { rule: RuleView; reason: string }) {
  const [span, setSpan] = useState<ReplaySpan>("-7d");
  const isUsable = rule.problems.length === 0;
  const replay = useReplay(rule.name, isUsable ? NOTHING_BESIDE : null, span);
  return (
    <>
      <p class="notice">{reason}</p>
      <div class="rule-page">
        <dl class="panel facts">
          {factsOf(rule).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <RulePreview
          replay={{ ...replay, faults: NO_FAULTS }}
          severity={rule.severity ?? "warning"}
          span={span}
          isEmpty={!isUsable}
          onSpan={setSpan}
        />
      </div>
    </>
  );
}

function factsOf(rule: RuleView): (readonly [string, ComponentChildren])[] {
  const { clear, escalate, channels, labels, repeat_seconds: repeat } = rule;
  const facts: (readonly [string, ComponentChildren])[] = [
    [
      t("rules.field.when"),
      <code key="when" class="condition">
        {rule.when ?? String(rule.spec.when ?? "")}
      </code>,
    ],
    [
      t("rules.field.clear"),
      clear === "never" ? (
        t("rules.clearing.never")
      ) : clear ? (
        <code class="condition">{clear}</code>
      ) : (
        t("rules.clearing.not")
      ),
    ],
    [t("rules.field.for"), formatDuration(rule.for_seconds ?? 0)],
    [t("rules.field.hosts"), rule.hosts?.length ? rule.hosts.join(", ") : t("rules.allHosts")],
  ];
  for (const [name, patterns] of Object.entries(labels ?? {})) {
    facts.push([`${t("rules.field.labels")}: ${name}`, patterns.join(", ")]);
  }
  const told = channels === null || channels === undefined ? t("rules.audience.all") : channels.join(", ");
  facts.push([t("rules.field.channels"), told || t("rules.audience.nobody")]);
  if (repeat) facts.push([t("rules.field.repeat"), formatDuration(repeat)]);
  if (escalate) {
    const after = formatDuration(escalate.after_seconds);
    facts.push([t("rules.field.escalateAfter"), `${after}: ${escalate.channels.join(", ")}`]);
  }
  if (rule.title) facts.push([t("rules.field.title"), <code key="title">{rule.title}</code>]);
  if (rule.message)
    facts.push([
      t("rules.field.message"),
      <code key="message" class="condition">
        {rule.message}
      </code>,
    ]);
  if (rule.help) facts.push([t("rules.field.help"), rule.help]);
  return facts;
}
