/** Which charts the page has, of which metrics, and in which order. */

import { CHART_LINES } from "../../api/vocabulary";
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
        lines: CHART_LINES.cpu,
        only: CPU_TOTAL,
        maximum: 100,
      },
      {
        key: "cpuStates",
        title: "host.chart.cpuStates",
        lines: CHART_LINES.cpuStates,
        only: CPU_TOTAL,
        isStacked: true,
        maximum: 100,
        hidesZero: true,
      },
      {
        key: "load",
        title: "host.chart.load",
        lines: CHART_LINES.load,
      },
      {
        key: "cores",
        title: "host.chart.cores",
        lines: CHART_LINES.cores,
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
        lines: CHART_LINES.memory,
      },
      {
        key: "swap",
        title: "host.chart.swap",
        lines: CHART_LINES.swap,
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
        lines: CHART_LINES.space,
        by: ["path"],
        maximum: 100,
      },
      {
        key: "inodes",
        title: "host.chart.inodes",
        lines: CHART_LINES.inodes,
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
        lines: CHART_LINES.diskBytes,
        by: ["name"],
      },
      {
        key: "diskOperations",
        title: "host.chart.diskOperations",
        lines: CHART_LINES.diskOperations,
        by: ["name"],
      },
      {
        key: "diskBusy",
        title: "host.chart.diskBusy",
        lines: CHART_LINES.diskBusy,
        by: ["name"],
        maximum: 100,
      },
      {
        key: "diskWait",
        title: "host.chart.diskWait",
        lines: CHART_LINES.diskWait,
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
        lines: CHART_LINES.traffic,
        by: ["interface"],
      },
      {
        key: "packets",
        title: "host.chart.packets",
        lines: CHART_LINES.packets,
        by: ["interface"],
      },
      {
        key: "networkErrors",
        title: "host.chart.networkErrors",
        lines: CHART_LINES.networkErrors,
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
        lines: CHART_LINES.tcp,
        hidesZero: true,
      },
      {
        key: "udp",
        title: "host.chart.udp",
        lines: CHART_LINES.udp,
      },
    ],
  },
  {
    name: "processes",
    charts: [
      {
        key: "processes",
        title: "host.chart.processes",
        lines: CHART_LINES.processes,
      },
      {
        key: "processStates",
        title: "host.chart.processStates",
        lines: CHART_LINES.processStates,
      },
    ],
  },
  {
    name: "pressure",
    charts: [
      {
        key: "pressure",
        title: "host.chart.pressure",
        lines: CHART_LINES.pressure,
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
        lines: CHART_LINES.temperature,
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
        lines: CHART_LINES.pollDuration,
      },
      {
        key: "clockOffset",
        title: "host.chart.clockOffset",
        lines: CHART_LINES.clockOffset,
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
