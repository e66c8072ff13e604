/** Who used most of a host when the alert fired. */

import type { ProcessView, TopProcessesView } from "../../api/types";
import { formatBytes } from "../../format/bytes";
import { formatPercent } from "../../format/percent";
import { t } from "../../i18n";
import { Table } from "../../ui/Table";

export function TopProcesses({ top }: { top: TopProcessesView }) {
  if (top.cpu.length === 0 && top.memory.length === 0) return null;
  return (
    <section class="section">
      <h2>{t("alerts.processes")}</h2>
      <div class="section-columns">
        <ProcessTable title={t("alerts.processes.cpu")} processes={top.cpu} />
        <ProcessTable title={t("alerts.processes.memory")} processes={top.memory} />
      </div>
    </section>
  );
}

function ProcessTable({ title, processes }: { title: string; processes: readonly ProcessView[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <Table
        label={title}
        rows={processes}
        keyOf={(one) => one.pid}
        columns={[
          { key: "name", title: t("alerts.processes.name"), cell: (one) => one.name },
          { key: "user", title: t("alerts.processes.user"), isExtra: true, cell: (one) => one.user },
          {
            key: "pid",
            title: t("alerts.processes.pid"),
            isNumber: true,
            isExtra: true,
            cell: (one) => String(one.pid),
          },
          {
            key: "cpu",
            title: t("alerts.processes.cpuShare"),
            isNumber: true,
            cell: (one) => (one.cpu_percent === null ? "–" : formatPercent(one.cpu_percent)),
          },
          {
            key: "rss",
            title: t("alerts.processes.rss"),
            isNumber: true,
            cell: (one) => formatBytes(one.rss),
          },
        ]}
      />
    </div>
  );
}
