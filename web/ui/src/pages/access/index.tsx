/** Access: users, API keys, the audit log, and one's own password. */

import { t } from "../../i18n";
import { type PageProps, setQuery } from "../../router";
import { may } from "../../state/session";
import { PageHeader } from "../../ui/PageHeader";
import { Tabs } from "../../ui/Tabs";
import { AccountTab } from "./AccountTab";
import { AuditTab } from "./AuditTab";
import { KeysTab } from "./KeysTab";
import { UsersTab } from "./UsersTab";

const TABS = ["users", "keys", "audit", "account"] as const;

type TabName = (typeof TABS)[number];

/** Who is no admin has the own account alone. */
export default function AccessPage({ place }: PageProps) {
  const tabs: readonly TabName[] = may("admin") ? TABS : ["account"];
  const chosen = tabs.find((tab) => tab === place.query.get("tab")) ?? tabs[0] ?? "account";
  const onChoose = (tab: TabName) =>
    setQuery({ tab: tab === TABS[0] ? null : tab, target: null, actor: null, offset: null });
  return (
    <>
      <PageHeader title={t("access.title")} />
      <Tabs
        label={t("access.title")}
        tabs={tabs.map((tab) => [tab, t(`access.tab.${tab}`)] as const)}
        chosen={chosen}
        onChoose={onChoose}
      />
      {chosen === "users" ? <UsersTab /> : null}
      {chosen === "keys" ? <KeysTab /> : null}
      {chosen === "audit" ? <AuditTab query={place.query} /> : null}
      {chosen === "account" ? <AccountTab /> : null}
    </>
  );
}
