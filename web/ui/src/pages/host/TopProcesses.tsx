/** The processes that take the most now. */

import type { ProcessView, TopProcessesView } from "../../api/types";
import { formatBytes } from "../../format/bytes";
import { formatPercent } from "../../format/percent";
import { t } from "../../i18n";
import { type Column, Table } from "../../ui/Table";

export function TopProcesses({ top }: { top: TopProcessesView | null }) {
  if (!top || (top.cpu.length === 0 && top.memory.length === 0)) {
    return <p class="host-nothing note">{t("host.top.none")}</p>;
  }
  return (
    <div class="host-tops">
      <ProcessTable title={t("host.top.cpu")} rows={top.cpu} />
      <ProcessTable title={t("host.top.memory")} rows={top.memory} />
    </div>
  );
}

function ProcessTable({ title, rows }: { title: string; rows: readonly ProcessView[] }) {
  const columns: Column<ProcessView>[] = [
    { key: "name", title: t("host.top.name"), cell: ({ name }) => <span class="breaks">{name}</span> },
    { key: "pid", title: "PID", isNumber: true, isExtra: true, cell: ({ pid }) => String(pid) },
    { key: "user", title: t("host.top.user"), isExtra: true, cell: ({ user }) => user },
    {
      key: "cpu",
      title: "CPU",
      isNumber: true,
      cell: ({ cpu_percent: percent }) => (percent === null ? "–" : formatPercent(percent)),
    },
    { key: "memory", title: t("host.top.rss"), isNumber: true, cell: ({ rss }) => formatBytes(rss) },
  ];
  return (
    <div class="host-top">
      <h3>{title}</h3>
      <Table label={title} columns={columns} rows={rows} keyOf={({ pid }) => pid} />
    </div>
  );
}
