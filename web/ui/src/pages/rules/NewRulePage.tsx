/** A new rule, perhaps one like another. */

import { apiPath, get } from "../../api/http";
import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { href } from "../../router";
import { may } from "../../state/session";
import { LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { useData } from "../../ui/useData";
import { draftOf, EMPTY_DRAFT, type RuleDraft } from "./draft";
import { openRule, RuleEditor } from "./RuleEditor";

export function NewRulePage({ copied }: { copied: string | null }) {
  const { data, error, reload } = useData(`copy ${copied}`, (signal) => firstDraft(copied, signal));
  if (!may("admin")) {
    const all = <LinkButton href={href("rules")}>{t("rules.gone.all")}</LinkButton>;
    return <EmptyState title={t("rules.noRights")} actions={all} />;
  }
  return (
    <>
      <a class="back" href={href("rules")}>
        ← {t("rules.title")}
      </a>
      <PageHeader title={t("rules.new")} />
      {error && !data ? <ErrorState error={error} onRetry={reload} /> : null}
      {!error && !data ? <Loading /> : null}
      {data ? <RuleEditor rule={null} first={data} onSaved={openRule} /> : null}
    </>
  );
}

async function firstDraft(copied: string | null, signal: AbortSignal): Promise<RuleDraft> {
  if (copied === null) return EMPTY_DRAFT;
  const rule = await get<RuleView>(apiPath("rules", copied), { signal });
  return { ...draftOf(rule), name: `${rule.name}-2`.slice(0, 128), isEnabled: true };
}
