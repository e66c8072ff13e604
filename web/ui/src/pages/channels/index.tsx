/** Channels: where alerts are sent, and whether they arrive. */

import { useEffect, useState } from "preact/hooks";
import { getAll } from "../../api/pages";
import type { ChannelView } from "../../api/types";
import { t } from "../../i18n";
import type { PageProps } from "../../router";
import { may } from "../../state/session";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { useData } from "../../ui/useData";
import { ChannelForm } from "./ChannelForm";
import { ChannelTable } from "./ChannelTable";
import { DeleteChannel } from "./DeleteChannel";
import { TestResult } from "./TestResult";

const REFRESH_MILLISECONDS = 15_000;

type Open = { readonly kind: "new" } | { readonly kind: "edit" | "delete"; readonly channel: ChannelView };

export default function ChannelsPage(_: PageProps) {
  const { data, error, reload } = useData("channels", (signal) =>
    getAll<ChannelView>("/channels", {}, { signal }),
  );
  const [open, setOpen] = useState<Open | null>(null);
  const [test, setTest] = useState<{ name: string; round: number } | null>(null);
  useEffect(() => {
    const timer = setInterval(reload, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, [reload]);
  const close = () => setOpen(null);
  const finish = () => {
    close();
    reload();
  };
  const add = may("admin") ? (
    <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "new" })}>
      {t("channels.add")}
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t("channels.title")} actions={add} />
      {test ? (
        <TestResult key={test.round} name={test.name} onTested={reload} onClose={() => setTest(null)} />
      ) : null}
      {!data && error ? (
        <ErrorState error={error} onRetry={reload} />
      ) : !data ? (
        <Loading />
      ) : data.length === 0 ? (
        <EmptyState title={t("channels.empty.title")} actions={add}>
          {t("channels.empty.text")}
        </EmptyState>
      ) : (
        <>
          <Failing channels={data} />
          <ChannelTable
            channels={data}
            onTest={({ name }) => setTest({ name, round: (test?.round ?? 0) + 1 })}
            onEdit={(channel) => setOpen({ kind: "edit", channel })}
            onDelete={(channel) => setOpen({ kind: "delete", channel })}
          />
        </>
      )}
      {open?.kind === "new" ? <ChannelForm channel={null} onClose={close} onDone={finish} /> : null}
      {open?.kind === "edit" ? <ChannelForm channel={open.channel} onClose={close} onDone={finish} /> : null}
      {open?.kind === "delete" ? (
        <DeleteChannel channel={open.channel} onClose={close} onDone={finish} />
      ) : null}
    </>
  );
}

function Failing({ channels }: { channels: readonly ChannelView[] }) {
  const count = channels.filter(
    ({ problem, last_delivery: last }) => problem !== null || last?.ok === false,
  ).length;
  if (count === 0) return <p class="lead">{t("channels.lead")}</p>;
  return (
    <p class="notice notice-critical" role="alert">
      {t("channels.failing", { count })}
    </p>
  );
}
