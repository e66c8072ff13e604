/** The users. */

import { useState } from "preact/hooks";
import { getAll } from "../../api/pages";
import type { UserView } from "../../api/types";
import { t } from "../../i18n";
import { session } from "../../state/session";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useData } from "../../ui/useData";
import { ChangeUser } from "./ChangeUser";
import { NewUser } from "./NewUser";

type Open = { readonly kind: "new" } | { readonly kind: "change"; readonly user: UserView };

export function UsersTab() {
  const { data, error, reload } = useData("users", (signal) => getAll<UserView>("/users", {}, { signal }));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const finish = () => {
    close();
    reload();
  };
  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  return (
    <>
      <div class="tab-head">
        <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "new" })}>
          {t("access.users.add")}
        </Button>
      </div>
      <Table
        label={t("access.tab.users")}
        columns={columnsOf((user) => setOpen({ kind: "change", user }))}
        rows={data}
        keyOf={(user) => user.name}
      />
      {open?.kind === "new" ? <NewUser onClose={close} onDone={finish} /> : null}
      {open?.kind === "change" ? <ChangeUser user={open.user} onClose={close} onDone={finish} /> : null}
    </>
  );
}

function columnsOf(onChange: (user: UserView) => void): Column<UserView>[] {
  const own = session.value.status === "known" ? session.value.name : null;
  return [
    {
      key: "name",
      title: t("access.name"),
      cell: ({ name }) => (
        <>
          <strong>{name}</strong> {name === own ? <Badge kind="accent">{t("access.users.you")}</Badge> : null}
        </>
      ),
    },
    { key: "role", title: t("access.role"), cell: ({ role }) => t(`role.${role}`) },
    {
      key: "state",
      title: t("access.users.state"),
      isExtra: true,
      cell: ({ is_active: isActive }) =>
        isActive ? (
          <Badge kind="ok">{t("access.users.active")}</Badge>
        ) : (
          <Badge>{t("access.users.inactive")}</Badge>
        ),
    },
    {
      key: "login",
      title: t("access.users.lastLogin"),
      isExtra: true,
      cell: ({ last_login_at: time }) => (time ? <Time at={time} isRelative /> : t("common.never")),
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
      cell: (user) => (
        <Button aria-label={t("access.users.edit", { name: user.name })} onClick={() => onChange(user)}>
          {t("common.edit")}
        </Button>
      ),
    },
  ];
}
