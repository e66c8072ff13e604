/** The API keys. */

import { useState } from "preact/hooks";
import { apiPath, remove } from "../../api/http";
import { getAll } from "../../api/pages";
import type { KeyView, NewKeyView } from "../../api/types";
import { t } from "../../i18n";
import { now } from "../../state/clock";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { ConfirmedChange } from "../../ui/ConfirmedChange";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useData } from "../../ui/useData";
import { NewKey } from "./NewKey";
import { NewKeySecret } from "./NewKeySecret";

type Open =
  | { readonly kind: "new" }
  | { readonly kind: "made"; readonly view: NewKeyView }
  | { readonly kind: "revoke"; readonly name: string };

export function KeysTab() {
  const { data, error, reload } = useData("keys", (signal) => getAll<KeyView>("/keys", {}, { signal }));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const add = (
    <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "new" })}>
      {t("access.keys.add")}
    </Button>
  );
  const onMade = (view: NewKeyView) => {
    setOpen({ kind: "made", view });
    reload();
  };
  const onRevoked = () => {
    close();
    reload();
  };
  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  return (
    <>
      {data.length === 0 ? (
        <EmptyState title={t("access.keys.empty.title")} actions={add}>
          {t("access.keys.empty.text")}
        </EmptyState>
      ) : (
        <>
          <div class="tab-head">{add}</div>
          <Table
            label={t("access.tab.keys")}
            columns={columnsOf((name) => setOpen({ kind: "revoke", name }))}
            rows={data}
            keyOf={(key) => key.name}
          />
        </>
      )}
      {open?.kind === "new" ? <NewKey onClose={close} onMade={onMade} /> : null}
      {open?.kind === "made" ? <NewKeySecret view={open.view} onClose={close} /> : null}
      {open?.kind === "revoke" ? <RevokeKey name={open.name} onClose={close} onDone={onRevoked} /> : null}
    </>
  );
}

function columnsOf(onRevoke: (name: string) => void): Column<KeyView>[] {
  return [
    { key: "name", title: t("access.name"), cell: ({ name }) => <strong>{name}</strong> },
    {
      key: "role",
      title: t("access.role"),
      cell: ({ role, host }) => (
        <>
          {t(`role.${role}`)}
          {host ? <span class="cell-note"> {t("access.keys.onlyHost", { host })}</span> : null}
        </>
      ),
    },
    { key: "expires", title: t("access.keys.expires"), cell: (key) => <Expiry time={key.expires_at} /> },
    {
      key: "used",
      title: t("access.keys.lastUsed"),
      isExtra: true,
      cell: ({ last_used_at: time }) => (time ? <Time at={time} isRelative /> : t("common.never")),
    },
    {
      key: "created",
      title: t("access.created"),
      isExtra: true,
      cell: ({ created_at: time }) => <Time at={time} isRelative />,
    },
    {
      key: "actions",
      title: <span class="visually-hidden">{t("access.actions")}</span>,
      isNumber: true,
      cell: ({ name }) => (
        <Button aria-label={t("access.keys.revoke.name", { name })} onClick={() => onRevoke(name)}>
          {t("access.keys.revoke")}
        </Button>
      ),
    },
  ];
}

function Expiry({ time }: { time: string | null }) {
  if (time === null) return <>{t("access.keys.expires.never")}</>;
  if (Date.parse(time) <= now.value) return <Badge kind="warning">{t("access.keys.expired")}</Badge>;
  return <Time at={time} isRelative />;
}

interface RevokeKeyProps {
  readonly name: string;
  onClose(): void;
  onDone(): void;
}

function RevokeKey({ name, onClose, onDone }: RevokeKeyProps) {
  return (
    <ConfirmedChange
      title={t("access.keys.revoke.title", { name })}
      text={t("access.keys.revoke.text")}
      action={t("access.keys.revoke")}
      done={t("access.keys.revoked", { name })}
      change={() => remove(apiPath("keys", name))}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
