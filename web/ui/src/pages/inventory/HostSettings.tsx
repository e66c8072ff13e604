/** One host's settings: to be changed where the API owns it, told where else. */

import { useState } from "preact/hooks";
import { apiPath, get } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { href } from "../../router";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { useData } from "../../ui/useData";
import { BackLink } from "./BackLink";
import { CheckPanel } from "./CheckPanel";
import { DeleteHost } from "./DeleteHost";
import { EditHost } from "./EditHost";
import { PushScript } from "./PushScript";
import { setPaused } from "./pauseHost";
import { SettingsList } from "./SettingsList";

export function HostSettings({ name }: { name: string }) {
  const { data, error, reload } = useData(`host ${name}`, (signal) =>
    get<HostView>(apiPath("hosts", name), { signal }),
  );
  const isGone = error instanceof ApiProblem && error.status === 404;
  return (
    <>
      <BackLink />
      {isGone ? (
        <>
          <PageHeader title={name} />
          <EmptyState title={t("inventory.gone", { name })} />
        </>
      ) : data ? (
        <KnownHost host={data} onChanged={reload} />
      ) : (
        <>
          <PageHeader title={name} />
          {error ? <ErrorState error={error} onRetry={reload} /> : <Loading lines={8} />}
        </>
      )}
    </>
  );
}

interface KnownHostProps {
  readonly host: HostView;
  onChanged(): void;
}

function KnownHost({ host, onChanged }: KnownHostProps) {
  const [checks, setChecks] = useState(0);
  const [isDeleting, setDeleting] = useState(false);
  const isOurs = host.owner === "api";
  return (
    <>
      <PageHeader
        title={host.name}
        actions={
          <>
            <LinkButton href={href("host", { name: host.name })}>{t("inventory.dashboard")}</LinkButton>
            {may("operator") && host.connection !== "push" ? (
              <Button onClick={() => setChecks(checks + 1)}>{t("inventory.check")}</Button>
            ) : null}
            {may("operator") ? <PauseButton host={host} onChanged={onChanged} /> : null}
            {may("admin") && isOurs ? (
              <Button kind="danger" onClick={() => setDeleting(true)}>
                {t("common.delete")}
              </Button>
            ) : null}
          </>
        }
      />
      <Notices host={host} />
      {checks > 0 ? (
        <div class="above">
          <CheckPanel key={checks} name={host.name} />
        </div>
      ) : null}
      {host.connection === "push" && may("admin") ? (
        <div class="above">
          <PushScript name={host.name} />
        </div>
      ) : null}
      {isOurs && may("admin") ? (
        <EditHost key={`${host.name} ${host.version}`} host={host} onChanged={onChanged} />
      ) : (
        <SettingsList host={host} />
      )}
      {isDeleting ? <DeleteHost host={host} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}

function PauseButton({ host, onChanged }: KnownHostProps) {
  const [isBusy, setBusy] = useState(false);
  const isPaused = host.paused === true;
  const change = async () => {
    setBusy(true);
    await setPaused(host.name, !isPaused);
    setBusy(false);
    onChanged();
  };
  return (
    <Button icon={isPaused ? "play" : "pause"} isBusy={isBusy} onClick={() => void change()}>
      {t(isPaused ? "inventory.resume" : "inventory.pause")}
    </Button>
  );
}

function Notices({ host }: { host: HostView }) {
  return (
    <>
      {host.owner === "file" ? (
        <div class="notice">
          <strong>{t("inventory.owned.title")}</strong>
          <p>
            {t("inventory.owned.text", { file: host.file ?? "hosts.yaml", line: String(host.line ?? "–") })}
          </p>
          {host.entry.paused === true ? <p>{t("inventory.owned.pausedThere")}</p> : null}
        </div>
      ) : may("admin") ? null : (
        <p class="notice">{t("inventory.readonly")}</p>
      )}
      {host.interval === undefined ? (
        <div class="notice notice-warning" role="alert">
          <strong>{t("inventory.unusable.title")}</strong>
          <p>{t("inventory.unusable.text")}</p>
        </div>
      ) : null}
    </>
  );
}
