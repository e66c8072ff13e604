/** A host that was just added: the way to it, its keys, its first measurement. */

import { useState } from "preact/hooks";
import { apiPath, get } from "../../api/http";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { LinkButton } from "../../ui/Button";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { useData } from "../../ui/useData";
import { BackLink } from "./BackLink";
import { CheckPanel } from "./CheckPanel";
import { FirstPoll } from "./FirstPoll";
import { PushScript } from "./PushScript";
import { settingsHref } from "./paths";

export function AddedHost({ name }: { name: string }) {
  const { data, error, reload } = useData(`host ${name}`, (signal) =>
    get<HostView>(apiPath("hosts", name), { signal }),
  );
  const [hasPassed, setPassed] = useState(false);
  const actions = <LinkButton href={settingsHref(name)}>{t("inventory.added.change")}</LinkButton>;
  return (
    <>
      <BackLink />
      <PageHeader title={t("inventory.added.title", { name })} actions={actions} />
      {error && !data ? <ErrorState error={error} onRetry={reload} /> : null}
      {!data && !error ? <Loading lines={5} /> : null}
      {data?.connection === "push" ? (
        <>
          <PushScript name={name} />
          <FirstPoll name={name} intervalSeconds={data.interval ?? null} />
        </>
      ) : data ? (
        <>
          <p class="lead">{t("inventory.added.text", { name })}</p>
          <CheckPanel name={name} onPassed={() => setPassed(true)} />
          {hasPassed ? <FirstPoll name={name} intervalSeconds={data.interval ?? null} /> : null}
        </>
      ) : null}
    </>
  );
}
