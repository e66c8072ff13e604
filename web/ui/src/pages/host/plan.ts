/** Which charts the page has, of which metrics, and in which order. */

import type { PlainKey } from "../../i18n";

/** One metric of a chart.
 *
 * `text` names its line where the chart has several. `isBanded`: lowest and highest values behind the mean.
 */
export interface LinePlan {
  readonly metric: string;
  readonly text?: PlainKey;
  readonly isBanded?: boolean;
}

/** One chart.
 *
 * `by`: labels whose values name the lines, one line for each label set. `only`: label values that are wanted,
 * `name:value`; `without`: one that is not. `maximum`: the axis' end where the metric has one. `hidesZero`:
 * lines that are zero all the time are left out. `isOptional`: the chart is, where all of its lines are.
 */
export interface ChartPlan {
  readonly key: string;
  readonly title: PlainKey;
  readonly lines: readonly LinePlan[];
  readonly by?: readonly string[];
  readonly only?: string;
  readonly without?: string;
  readonly isStacked?: boolean;
  readonly maximum?: number;
  readonly hidesZero?: boolean;
  readonly isOptional?: boolean;
}

export interface SectionPlan {
  readonly name: SectionName;
  readonly charts: readonly ChartPlan[];
}

export const SECTION_NAMES = [
  "cpu",
  "memory",
  "disk",
  "diskio",
  "network",
  "sockets",
  "processes",
  "pressure",
  "temperature",
  "poll",
] as const;

export type SectionName = (typeof SECTION_NAMES)[number];

/** The bytes used on each mount: not drawn, but what the time to full is foretold from. */
export const USED_BYTES = "disk.used";

const CPU_TOTAL = "cpu:cpu-total";

export const SECTIONS: readonly SectionPlan[] = [
  {
    name: "cpu",
    charts: [
      {
        key: "cpu",
        title: "host.chart.cpu",
        lines: [{ metric: "cpu.usage_active", text: "host.line.active", isBanded: true }],
        only: CPU_TOTAL,
        maximum: 100,
      },
      {
        key: "cpuStates",
        title: "host.chart.cpuStates",
        lines: [
          { metric: "cpu.usage_user", text: "host.line.user" },
          { metric: "cpu.usage_system", text: "host.line.system" },
          { metric: "cpu.usage_iowait", text: "host.line.iowait" },
          { metric: "cpu.usage_nice", text: "host.line.nice" },
          { metric: "cpu.usage_irq", text: "host.line.irq" },
          { metric: "cpu.usage_softirq", text: "host.line.softirq" },
          { metric: "cpu.usage_steal", text: "host.line.steal" },
          { metric: "cpu.usage_guest", text: "host.line.guest" },
        ],
        only: CPU_TOTAL,
        isStacked: true,
        maximum: 100,
        hidesZero: true,
      },
      {
        key: "load",
        title: "host.chart.load",
        lines: [
          { metric: "system.load1", text: "host.line.load1", isBanded: true },
          { metric: "system.load5", text: "host.line.load5" },
          { metric: "system.load15", text: "host.line.load15" },
          { metric: "system.n_cpus", text: "host.line.cpus" },
        ],
      },
      {
        key: "cores",
        title: "host.chart.cores",
        lines: [{ metric: "cpu.usage_active" }],
        by: ["cpu"],
        without: CPU_TOTAL,
        maximum: 100,
      },
    ],
  },
  {
    name: "memory",
    charts: [
      {
        key: "memory",
        title: "host.chart.memory",
        lines: [
          { metric: "mem.used", text: "host.line.used", isBanded: true },
          { metric: "mem.cached", text: "host.line.cached" },
          { metric: "mem.available", text: "host.line.available" },
          { metric: "mem.total", text: "host.line.total" },
        ],
      },
      {
        key: "swap",
        title: "host.chart.swap",
        lines: [
          { metric: "swap.used", text: "host.line.used", isBanded: true },
          { metric: "swap.total", text: "host.line.total" },
        ],
        isOptional: true,
      },
    ],
  },
  {
    name: "disk",
    charts: [
      {
        key: "space",
        title: "host.chart.space",
        lines: [{ metric: "disk.used_percent" }],
        by: ["path"],
        maximum: 100,
      },
      {
        key: "inodes",
        title: "host.chart.inodes",
        lines: [{ metric: "disk.inodes_used_percent" }],
        by: ["path"],
        maximum: 100,
      },
    ],
  },
  {
    name: "diskio",
    charts: [
      {
        key: "diskBytes",
        title: "host.chart.diskBytes",
        lines: [
          { metric: "diskio.read_bytes_per_second", text: "host.line.read", isBanded: true },
          { metric: "diskio.write_bytes_per_second", text: "host.line.written", isBanded: true },
        ],
        by: ["name"],
      },
      {
        key: "diskOperations",
        title: "host.chart.diskOperations",
        lines: [
          { metric: "diskio.reads_per_second", text: "host.line.reads" },
          { metric: "diskio.writes_per_second", text: "host.line.writes" },
        ],
        by: ["name"],
      },
      {
        key: "diskBusy",
        title: "host.chart.diskBusy",
        lines: [{ metric: "diskio.util_percent" }],
        by: ["name"],
        maximum: 100,
      },
      {
        key: "diskWait",
        title: "host.chart.diskWait",
        lines: [{ metric: "diskio.await_ms", isBanded: true }],
        by: ["name"],
      },
    ],
  },
  {
    name: "network",
    charts: [
      {
        key: "traffic",
        title: "host.chart.traffic",
        lines: [
          { metric: "net.bytes_recv_per_second", text: "host.line.received", isBanded: true },
          { metric: "net.bytes_sent_per_second", text: "host.line.sent", isBanded: true },
        ],
        by: ["interface"],
      },
      {
        key: "packets",
        title: "host.chart.packets",
        lines: [
          { metric: "net.packets_recv_per_second", text: "host.line.received" },
          { metric: "net.packets_sent_per_second", text: "host.line.sent" },
        ],
        by: ["interface"],
      },
      {
        key: "networkErrors",
        title: "host.chart.networkErrors",
        lines: [
          { metric: "net.err_in_per_second", text: "host.line.errorsIn" },
          { metric: "net.err_out_per_second", text: "host.line.errorsOut" },
          { metric: "net.drop_in_per_second", text: "host.line.dropsIn" },
          { metric: "net.drop_out_per_second", text: "host.line.dropsOut" },
        ],
        by: ["interface"],
      },
    ],
  },
  {
    name: "sockets",
    charts: [
      {
        key: "tcp",
        title: "host.chart.tcp",
        lines: [
          { metric: "netstat.tcp_established", text: "host.line.tcpEstablished" },
          { metric: "netstat.tcp_listen", text: "host.line.tcpListen" },
          { metric: "netstat.tcp_time_wait", text: "host.line.tcpTimeWait" },
          { metric: "netstat.tcp_close_wait", text: "host.line.tcpCloseWait" },
          { metric: "netstat.tcp_syn_sent", text: "host.line.tcpSynSent" },
          { metric: "netstat.tcp_syn_recv", text: "host.line.tcpSynRecv" },
          { metric: "netstat.tcp_fin_wait1", text: "host.line.tcpFinWait1" },
          { metric: "netstat.tcp_fin_wait2", text: "host.line.tcpFinWait2" },
          { metric: "netstat.tcp_last_ack", text: "host.line.tcpLastAck" },
          { metric: "netstat.tcp_closing", text: "host.line.tcpClosing" },
        ],
        hidesZero: true,
      },
      {
        key: "udp",
        title: "host.chart.udp",
        lines: [{ metric: "netstat.udp_socket", text: "host.line.udp", isBanded: true }],
      },
    ],
  },
  {
    name: "processes",
    charts: [
      {
        key: "processes",
        title: "host.chart.processes",
        lines: [
          { metric: "processes.total", text: "host.line.processes" },
          { metric: "processes.total_threads", text: "host.line.threads" },
        ],
      },
      {
        key: "processStates",
        title: "host.chart.processStates",
        lines: [
          { metric: "processes.running", text: "host.line.running" },
          { metric: "processes.blocked", text: "host.line.blocked" },
          { metric: "processes.zombies", text: "host.line.zombies" },
          { metric: "processes.stopped", text: "host.line.stopped" },
        ],
      },
    ],
  },
  {
    name: "pressure",
    charts: [
      {
        key: "pressure",
        title: "host.chart.pressure",
        lines: [{ metric: "pressure.avg10" }],
        by: ["resource", "type"],
      },
    ],
  },
  {
    name: "temperature",
    charts: [
      {
        key: "temperature",
        title: "host.chart.temperature",
        lines: [{ metric: "temp.temp" }],
        by: ["sensor"],
      },
    ],
  },
  {
    name: "poll",
    charts: [
      {
        key: "pollDuration",
        title: "host.chart.pollDuration",
        lines: [{ metric: "poll.duration_seconds", text: "host.line.duration", isBanded: true }],
      },
      {
        key: "clockOffset",
        title: "host.chart.clockOffset",
        lines: [{ metric: "poll.clock_offset_seconds", text: "host.line.clockOffset", isBanded: true }],
      },
    ],
  },
];

/** A question about a metric, the same for all charts that ask it. */
export interface PlannedQuestion {
  readonly key: string;
  readonly metric: string;
  readonly only: string | undefined;
  readonly isBanded: boolean;
}

/** The question behind a line of a chart. */
export function questionOf(chart: ChartPlan, line: LinePlan): PlannedQuestion {
  const isBanded = line.isBanded ?? false;
  const key = `${line.metric} ${chart.only ?? ""}${isBanded ? " band" : ""}`;
  return { key, metric: line.metric, only: chart.only, isBanded };
}

/** Everything that a section has to ask, each once. */
export function questionsOf(section: SectionPlan): PlannedQuestion[] {
  const questions = new Map<string, PlannedQuestion>();
  for (const chart of section.charts) {
    for (const line of chart.lines) {
      const question = questionOf(chart, line);
      questions.set(question.key, question);
    }
  }
  if (section.name === "disk") {
    questions.set(USED_BYTES, { key: USED_BYTES, metric: USED_BYTES, only: undefined, isBanded: false });
  }
  return [...questions.values()];
}

/** Whether an alert belongs on a chart: it compared a metric of the same measurement, or none at all. */
export function isAbout(chart: ChartPlan, metrics: readonly string[]): boolean {
  if (metrics.length === 0) return true;
  const measurements = new Set(chart.lines.map((line) => measurementOf(line.metric)));
  return metrics.some((metric) => measurements.has(measurementOf(metric)));
}

function measurementOf(metric: string): string {
  return metric.split(".")[0] ?? "";
}
