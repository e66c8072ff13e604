/** Who changed what, the newest first, a page at a time. */

import { useEffect, useState } from "preact/hooks";
import { get } from "../../api/http";
import type { AuditView, Page } from "../../api/types";
import { t } from "../../i18n";
import { setQuery } from "../../router";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { Loading } from "../../ui/Loading";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useData } from "../../ui/useData";
import { AuditDetail } from "./AuditDetail";

const PAGE_SIZE = 50;
const TYPING_MILLISECONDS = 350;

export function AuditTab({ query }: { query: URLSearchParams }) {
  const target = query.get("target") ?? "";
  const actor = query.get("actor") ?? "";
  const offset = Math.max(0, Number.parseInt(query.get("offset") ?? "0", 10) || 0);
  const auditQuery = { target: target || null, actor: actor || null, offset, limit: PAGE_SIZE };
  const { data, error, reload } = useData(JSON.stringify(auditQuery), (signal) =>
    get<Page<AuditView>>("/audit", { query: auditQuery, signal }),
  );
  return (
    <>
      <div class="tab-head audit-filter">
        <Filter
          label={t("access.audit.filter.target")}
          value={target}
          onValue={(value) => setQuery({ target: value || null, offset: null })}
        />
        <Filter
          label={t("access.audit.filter.actor")}
          value={actor}
          onValue={(value) => setQuery({ actor: value || null, offset: null })}
        />
      </div>
      {error && !data ? (
        <ErrorState error={error} onRetry={reload} />
      ) : !data ? (
        <Loading />
      ) : data.items.length === 0 ? (
        <EmptyState title={t(target || actor || offset ? "access.audit.empty" : "access.audit.none")} />
      ) : (
        <Table
          label={t("access.tab.audit")}
          columns={columns()}
          rows={data.items}
          keyOf={(entry) => entry.id}
        />
      )}
      {data ? <Pager page={data} /> : null}
    </>
  );
}

/** Asks once somebody has stopped typing. */
function Filter(props: { label: string; value: string; onValue(value: string): void }) {
  const { label, value, onValue } = props;
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onValue(text.trim()), TYPING_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return <TextField label={label} value={text} onInput={setText} />;
}

function Pager({ page }: { page: Page<AuditView> }) {
  const { offset, total, items } = page;
  const last = offset + items.length;
  if (total <= PAGE_SIZE && offset === 0) return null;
  const go = (to: number) => setQuery({ offset: to > 0 ? String(to) : null });
  return (
    <nav class="pager" aria-label={t("access.tab.audit")}>
      <Button disabled={offset === 0} onClick={() => go(Math.max(0, offset - PAGE_SIZE))}>
        {t("access.audit.newer")}
      </Button>
      <span role="status">{t("access.audit.range", { first: Math.min(offset + 1, last), last, total })}</span>
      <Button disabled={last >= total} onClick={() => go(offset + PAGE_SIZE)}>
        {t("access.audit.older")}
      </Button>
    </nav>
  );
}

function columns(): Column<AuditView>[] {
  return [
    { key: "time", title: t("access.audit.time"), cell: ({ time }) => <Time at={time} /> },
    {
      key: "actor",
      title: t("access.audit.actor"),
      cell: ({ actor, address }) => (
        <>
          {actor}
          <span class="cell-note audit-address"> {address ?? t("access.audit.here")}</span>
        </>
      ),
    },
    {
      key: "action",
      title: t("access.audit.action"),
      cell: ({ action, target }) => (
        <>
          <code>{action}</code>
          <div class="breaks">{target}</div>
        </>
      ),
    },
    {
      key: "detail",
      title: t("access.audit.detail"),
      isExtra: true,
      cell: ({ detail }) => <AuditDetail detail={detail} />,
    },
  ];
}
