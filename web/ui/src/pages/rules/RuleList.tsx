/** All rules, and which of them to show. */

import { useRef } from "preact/hooks";
import { getAll } from "../../api/pages";
import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { href, setQuery } from "../../router";
import { fleet, revision } from "../../state/fleet";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { SearchField } from "../../ui/SearchField";
import { Select } from "../../ui/Select";
import { useData } from "../../ui/useData";
import { useRowKeys } from "../alerts/useRowKeys";
import { OWNERS } from "./origin";
import { RuleRow } from "./RuleRow";
import { isRuleShown, type RulesView, readView } from "./view";

export function RuleList({ query }: { query: URLSearchParams }) {
  const view = readView(query);
  const { data, error, reload } = useData("rules", (signal) => getAll<RuleView>("/rules", {}, { signal }));
  const add = may("admin") ? (
    <LinkButton kind="primary" icon="plus" href={href("newRule")}>
      {t("rules.new")}
    </LinkButton>
  ) : null;
  return (
    <>
      <PageHeader title={t("rules.title")} actions={add} />
      {may("admin") ? null : <p class="notice">{t("rules.noRights")}</p>}
      <RuleTools view={view} />
      {error && !data ? <ErrorState error={error} onRetry={reload} /> : null}
      {!error && !data ? <Loading /> : null}
      {data ? <Rules rules={data.filter((rule) => isRuleShown(rule, view))} onChanged={reload} /> : null}
    </>
  );
}

function Rules({ rules, onChanged }: { rules: readonly RuleView[]; onChanged(): void }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  revision.value;
  const firing = new Map<string, number>();
  for (const { rule, state } of fleet.alerts.list()) {
    if (state === "firing") firing.set(rule, (firing.get(rule) ?? 0) + 1);
  }
  if (rules.length === 0) {
    const all = (
      <Button onClick={() => setQuery({ q: null, owner: null, on: null })}>{t("rules.noMatch.clear")}</Button>
    );
    return <EmptyState title={t("rules.noMatch")} actions={all} />;
  }
  return (
    <ul class="entries" ref={list} aria-label={t("rules.title")}>
      {rules.map((rule) => (
        <RuleRow key={rule.name} rule={rule} firing={firing.get(rule.name) ?? 0} onChanged={onChanged} />
      ))}
    </ul>
  );
}

function RuleTools({ view }: { view: RulesView }) {
  return (
    <div class="tools">
      <SearchField
        label={t("rules.search")}
        value={view.search}
        onInput={(q) => setQuery({ q: q || null })}
      />
      <Select
        label={t("rules.filter.owner")}
        value={view.owner}
        options={[
          ["", t("rules.filter.owner.all")],
          ...OWNERS.map((one) => [one, t(`rules.owner.${one}`)] as const),
        ]}
        onChange={(owner) => setQuery({ owner: owner || null })}
      />
      <Select
        label={t("rules.filter.on")}
        value={view.on}
        options={[
          ["", t("rules.filter.on.all")],
          ["on", t("rules.filter.on.on")],
          ["off", t("rules.filter.on.off")],
        ]}
        onChange={(on) => setQuery({ on: on || null })}
      />
    </div>
  );
}
