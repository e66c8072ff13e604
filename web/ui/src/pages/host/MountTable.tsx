/** Each mount: how full, and when it will be if it goes on like this. */

import type { PointView } from "../../api/types";
import { formatBytes } from "../../format/bytes";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { Meter } from "../../ui/Meter";
import { type Column, Table } from "../../ui/Table";
import { type FillTime, fillTime } from "./fillTime";
import type { Histories } from "./histories";
import { USED_BYTES } from "./plan";

interface MountTableProps {
  readonly mounts: readonly PointView[];
  readonly histories: Histories;
}

const SOON_SECONDS = 3 * 86_400;

export function MountTable({ mounts, histories }: MountTableProps) {
  if (mounts.length === 0) return null;
  const rows = [...mounts].sort((one, other) => usedPercent(other) - usedPercent(one));
  const columns: Column<PointView>[] = [
    { key: "path", title: t("host.mount.path"), cell: ({ labels }) => <strong>{labels.path}</strong> },
    {
      key: "device",
      title: t("host.mount.device"),
      isExtra: true,
      cell: ({ labels }) =>
        `${labels.device ?? ""} (${labels.fstype ?? ""}${labels.mode === "ro" ? ", ro" : ""})`,
    },
    { key: "used", title: t("host.mount.used"), cell: (mount) => <Meter percent={usedPercent(mount)} /> },
    {
      key: "free",
      title: t("host.mount.free"),
      isNumber: true,
      cell: ({ fields }) =>
        t("host.mount.freeOf", {
          free: formatBytes(fields.free ?? 0),
          total: formatBytes(fields.total ?? 0),
        }),
    },
    {
      key: "inodes",
      title: t("host.mount.inodes"),
      isExtra: true,
      cell: ({ fields }) => <Meter percent={fields.inodes_used_percent ?? null} />,
    },
    {
      key: "full",
      title: t("host.mount.full"),
      cell: (mount) => <FillText time={fillTimeOf(mount, histories)} />,
    },
  ];
  return (
    <Table
      label={t("host.mount.label")}
      columns={columns}
      rows={rows}
      keyOf={({ labels }) => `${labels.path} ${labels.device}`}
    />
  );
}

/** What users can still get counts, as what is kept for root is full from the start. */
function fillTimeOf({ labels, fields }: PointView, histories: Histories): FillTime {
  const series = histories
    .get(USED_BYTES)
    ?.series.find((one) => one.labels.path === labels.path && one.labels.device === labels.device);
  return fillTime(series?.points ?? [], (fields.used ?? 0) + (fields.free ?? 0));
}

function FillText({ time }: { time: FillTime }) {
  if (time.kind !== "filling") {
    const isFull = time.kind === "full";
    return <span class={isFull ? "alarm" : "muted"}>{t(`host.fill.${time.kind}`)}</span>;
  }
  const isSoon = time.seconds < SOON_SECONDS;
  return (
    <span class={isSoon ? "alarm" : undefined}>
      {isSoon ? <span aria-hidden="true">⚠ </span> : null}
      {t("host.fill.in", { time: formatDuration(Math.max(60, time.seconds)) })}
    </span>
  );
}

function usedPercent({ fields }: PointView): number {
  return fields.used_percent ?? 0;
}
