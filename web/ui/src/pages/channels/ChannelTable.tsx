/** The channels with what became of the last thing sent. */

import type { ChannelView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { may } from "../../state/session";
import { Button, IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { SeverityMark } from "../../ui/StateMark";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

interface ChannelTableProps {
  readonly channels: readonly ChannelView[];
  onTest(channel: ChannelView): void;
  onEdit(channel: ChannelView): void;
  onDelete(channel: ChannelView): void;
}

export function ChannelTable({ channels, ...actions }: ChannelTableProps) {
  return (
    <Table
      label={t("channels.title")}
      columns={columnsOf(actions)}
      rows={channels}
      keyOf={({ name }) => name}
    />
  );
}

function columnsOf(actions: Omit<ChannelTableProps, "channels">): Column<ChannelView>[] {
  return [
    {
      key: "channel",
      title: t("channels.column.channel"),
      cell: ({ name, service, scheme }) => (
        <>
          <strong>{name}</strong>
          <div class="cell-note">{service ?? `${scheme}://`}</div>
        </>
      ),
    },
    {
      key: "severity",
      title: t("channels.column.severity"),
      isExtra: true,
      cell: ({ min_severity: severity }) => <SeverityMark severity={severity} />,
    },
    { key: "origin", title: t("channels.column.origin"), isExtra: true, cell: originOf },
    {
      key: "state",
      title: t("channels.column.state"),
      cell: (channel) => <ChannelState channel={channel} />,
    },
    {
      key: "actions",
      title: <span class="visually-hidden">{t("channels.column.actions")}</span>,
      isNumber: true,
      cell: (channel) => <Actions channel={channel} {...actions} />,
    },
  ];
}

function originOf({ owner, file, line }: ChannelView) {
  if (owner === "api" || file === null) return t("channels.owner.api");
  const name = file.split("/").at(-1) ?? file;
  return (
    <span title={t("common.ownedByFile", { file, line: String(line ?? "–") })}>
      {name}
      {line === null ? null : `:${line}`}
    </span>
  );
}

function ChannelState({ channel }: { channel: ChannelView }) {
  const { problem, last_delivery: last } = channel;
  if (problem !== null) {
    return (
      <div class="channel-state">
        <strong class="bad">
          <Icon name="close" /> {t("channels.state.unusable")}
        </strong>
        <p>{problem}</p>
      </div>
    );
  }
  if (last === null) return <span class="cell-note">{t("channels.state.never")}</span>;
  return (
    <div class="channel-state">
      <strong class={last.ok ? "good" : "bad"}>
        <Icon name={last.ok ? "check" : "close"} />{" "}
        {t(last.ok ? "channels.state.sent" : "channels.state.failed")}
      </strong>
      <div class="cell-note">
        <Time at={last.time} isRelative />,{" "}
        {t("channels.state.took", { duration: formatDuration(last.seconds) })}
      </div>
      {last.error ? <p title={last.error}>{last.error}</p> : null}
    </div>
  );
}

function Actions({
  channel,
  onTest,
  onEdit,
  onDelete,
}: Omit<ChannelTableProps, "channels"> & { channel: ChannelView }) {
  const { name } = channel;
  const mayChange = may("admin") && channel.owner === "api";
  return (
    <div class="channel-actions">
      {may("operator") ? (
        <Button aria-label={t("channels.test.name", { name })} onClick={() => onTest(channel)}>
          {t("channels.test")}
        </Button>
      ) : null}
      {mayChange ? (
        <>
          <Button aria-label={t("channels.edit.name", { name })} onClick={() => onEdit(channel)}>
            {t("common.edit")}
          </Button>
          <IconButton
            icon="close"
            label={t("channels.delete.name", { name })}
            onClick={() => onDelete(channel)}
          />
        </>
      ) : null}
    </div>
  );
}
