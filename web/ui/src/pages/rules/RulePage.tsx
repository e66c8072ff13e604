/** One rule: to be changed by admins, else to be read. */

import { useState } from "preact/hooks";
import { apiPath, get } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { href, navigate } from "../../router";
import { Badge } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { SeverityMark } from "../../ui/StateMark";
import { useData } from "../../ui/useData";
import { lockReason, originText } from "./origin";
import { RuleActions } from "./RuleActions";
import { RuleEditor } from "./RuleEditor";
import { RuleFacts } from "./RuleFacts";

export function RulePage({ name }: { name: string }) {
  const [round, setRound] = useState(0);
  const {
    data: rule,
    error,
    reload,
  } = useData(`rule ${name}`, (signal) => get<RuleView>(apiPath("rules", name), { signal }));
  if (error && !rule) {
    const isMissing = error instanceof ApiProblem && error.status === 404;
    return isMissing ? <Missing name={name} /> : <ErrorState error={error} onRetry={reload} />;
  }
  if (!rule) return <Loading />;
  const reason = lockReason(rule);
  const isOn = rule.enabled ?? rule.spec.enabled !== false;
  const backToList = () => (rule.overrides_default ? again() : navigate(href("rules")));
  const again = () => {
    setRound(round + 1);
    reload();
  };
  return (
    <>
      <a class="back" href={href("rules")}>
        ← {t("rules.title")}
      </a>
      <PageHeader
        title={rule.name}
        actions={<RuleActions rule={rule} onChanged={again} onDeleted={backToList} />}
      >
        {rule.severity ? <SeverityMark severity={rule.severity} /> : null}{" "}
        <Badge kind={isOn ? "ok" : "plain"}>{t(isOn ? "rules.on" : "rules.off")}</Badge>{" "}
        <span class="muted">{originText(rule)}</span>
      </PageHeader>
      {rule.problems.length > 0 ? (
        <div class="notice notice-critical" role="alert">
          <strong>{t("rules.unusable.text")}</strong>
          {rule.problems.map((problem) => (
            <p key={problem}>{problem}</p>
          ))}
        </div>
      ) : null}
      {reason === null ? (
        <RuleEditor key={`${rule.version} ${round}`} rule={rule} onSaved={again} onReload={again} />
      ) : (
        <RuleFacts rule={rule} reason={reason} />
      )}
    </>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <EmptyState
      title={t("rules.gone", { name })}
      actions={<LinkButton href={href("rules")}>{t("rules.gone.all")}</LinkButton>}
    />
  );
}
