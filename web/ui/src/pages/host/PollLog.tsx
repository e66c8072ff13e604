/** How the last polls went, with reasons. */

import { apiPath, get } from "../../api/http";
import type { PollLogView, PollRunView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { useData } from "../../ui/useData";

/** `version` changes when there is something new to ask for. */
export function PollLog({ host, version }: { host: string; version: string }) {
  const { data, error, reload } = useData(`${host} ${version}`, (signal) =>
    get<PollLogView>(apiPath("hosts", host, "polls"), { signal }),
  );
  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Loading lines={3} />;
  if (data.items.length === 0) return <p class="host-nothing note">{t("host.polls.none")}</p>;
  return (
    <>
      <Table label={t("host.polls")} columns={columns()} rows={data.items} keyOf={({ time }) => time} />
      <p class="host-note note">
        {t("host.polls.since")} <Time at={data.since} />
      </p>
    </>
  );
}

function columns(): Column<PollRunView>[] {
  return [
    { key: "time", title: t("host.polls.from"), cell: ({ time }) => <Time at={time} /> },
    {
      key: "last",
      title: t("host.polls.to"),
      isExtra: true,
      cell: ({ last_time }) => <Time at={last_time} />,
    },
    {
      key: "outcome",
      title: t("host.polls.outcome"),
      cell: (run) => (
        <div class="poll-outcome">
          <strong class={run.outcome === "ok" ? "good" : "bad"}>
            <span aria-hidden="true">{run.outcome === "ok" ? "✓ " : "✗ "}</span>
            {t(`reason.${run.outcome}`)}
          </strong>
          {run.detail ? <span>{run.detail}</span> : null}
          {Object.entries(run.errors).map(([name, text]) => (
            <span key={name}>
              {name}: {text}
            </span>
          ))}
        </div>
      ),
    },
    { key: "polls", title: t("host.polls.count"), isNumber: true, cell: ({ polls }) => String(polls) },
    {
      key: "duration",
      title: t("host.polls.duration"),
      isNumber: true,
      isExtra: true,
      cell: ({ duration_seconds: seconds }) => (seconds === null ? "–" : formatDuration(seconds)),
    },
  ];
}
