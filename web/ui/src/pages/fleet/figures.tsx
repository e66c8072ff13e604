/** A host's figures, as table and cards show them.
 *
 * Each follows the host's record by itself: a sample changes texts and bars where they are, and draws nothing
 * anew, as a thousand hosts may bring one in the same moment.
 */

import { type ReadonlySignal, useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { formatByteRate } from "../../format/bytes";
import { formatAge } from "../../format/duration";
import { formatNumber } from "../../format/number";
import { formatPercent } from "../../format/percent";
import { formatDateTime } from "../../format/time";
import { t } from "../../i18n";
import { now } from "../../state/clock";
import { BUCKET_SECONDS, BUCKETS } from "../../state/fleet/halfHour";
import { type Figures, type HostRecord, loadPerCore } from "../../state/fleet/hostRecord";
import { meterClass, trackStyle } from "../../ui/Meter";
import { Sparkline } from "../../ui/Sparkline";
import { StateMark } from "../../ui/StateMark";

const TREND_PIXELS = 76;

interface FigureProps {
  readonly record: HostRecord;
}

/** Says more at rest; written when the mouse comes, as hundreds of titles would change with each sample. */
function writeTitle({ currentTarget }: { readonly currentTarget: HTMLElement }, title: string): void {
  currentTarget.title = title;
}

/** What is made of a host's figures, for as long as they are shown. */
function useFigure<Value>(record: HostRecord, make: (figures: Figures) => Value): ReadonlySignal<Value> {
  return useComputed(() => {
    record.frameVersion.value;
    return make(record.figures);
  });
}

/** Draws a component anew when the host's words, state or alerts change. */
export function useLooks(record: HostRecord): void {
  useComputed(() => {
    record.frameVersion.value;
    return record.looks;
  }).value;
}

/** Whether there are figures at all; a host of which nothing is known has none. */
export function useHasFigures(record: HostRecord): boolean {
  return useFigure(record, ({ cpuPercent }) => cpuPercent !== null).value;
}

/** A host whose figures are not of now: they are shown pale. */
export function hasOldFigures({ state }: HostRecord): boolean {
  return state === "down" || state === "paused";
}

/** State with reason; the whole sentence of the last poll at rest. */
export function StateFigure({ record }: FigureProps) {
  useLooks(record);
  const { state, reason, detail, errors } = record;
  const collectors = Object.keys(errors);
  const errorText =
    collectors.length > 0 &&
    t("fleet.collectorErrors", { count: collectors.length, names: collectors.join(", ") });
  const hasReason = reason !== null && reason !== "ok" && reason !== "late";
  return (
    <span class="host-state" title={[detail, errorText].filter(Boolean).join("\n") || undefined}>
      <StateMark state={state} />
      {hasReason ? <span class="host-reason">{t(`reason.${reason}`)}</span> : null}
      {errorText && !hasReason ? (
        <span class="host-reason">
          <span aria-hidden="true">⚠</span>
          <span class="visually-hidden">{errorText}</span>
        </span>
      ) : null}
    </span>
  );
}

/** How long ago the last poll was. */
export function AgeFigure({ record }: FigureProps) {
  const time = useComputed(() => {
    record.frameVersion.value;
    return record.pollTime;
  });
  const age = useComputed(() => (time.value === null ? "–" : formatAge((now.value - time.value) / 1000)));
  const titleOf = () => (time.value === null ? "" : formatDateTime(time.value));
  return <span onMouseEnter={(event) => writeTitle(event, titleOf())}>{age}</span>;
}

interface FigureMeterProps extends FigureProps {
  percentOf(figures: Figures): number | null;
  /** What is written; the percentage by default. */
  textOf?(figures: Figures): string;
  titleOf?(figures: Figures): string;
  readonly warningPercent?: number;
  readonly criticalPercent?: number;
}

function FigureMeter({ record, percentOf, textOf, titleOf, ...limits }: FigureMeterProps) {
  const percent = useFigure(record, percentOf);
  const look = useComputed(() => lookOf(percent.value, limits));
  const track = useComputed(() => trackStyle(percent.value ?? 0));
  const text = useFigure(record, (figures) => {
    const value = percentOf(figures);
    return value === null ? "–" : (textOf?.(figures) ?? formatPercent(value, 0));
  });
  return (
    <span class={look} onMouseEnter={(event) => writeTitle(event, titleOf?.(record.figures) ?? "")}>
      <span class="meter-track" style={track} />
      <span class="meter-text">{text}</span>
    </span>
  );
}

function lookOf(
  percent: number | null,
  limits: { warningPercent?: number; criticalPercent?: number },
): string {
  if (percent === null) return "meter meter-none";
  return `meter ${meterClass(percent, limits.warningPercent, limits.criticalPercent)}`;
}

export function CpuFigure({ record }: FigureProps) {
  return <FigureMeter record={record} percentOf={({ cpuPercent }) => cpuPercent} />;
}

export function MemoryFigure({ record }: FigureProps) {
  return <FigureMeter record={record} percentOf={({ memoryPercent }) => memoryPercent} />;
}

export function DiskFigure({ record }: FigureProps) {
  return (
    <FigureMeter
      record={record}
      percentOf={({ diskPercent }) => diskPercent}
      titleOf={({ diskPath }) => diskPath ?? ""}
    />
  );
}

/** The load for each processor: one is as much as it can do. */
export function LoadFigure({ record }: FigureProps) {
  return (
    <FigureMeter
      record={record}
      percentOf={(figures) => {
        const load = loadPerCore(figures);
        return load === null ? null : load * 50;
      }}
      textOf={(figures) => formatNumber(loadPerCore(figures) ?? 0, 2)}
      titleOf={({ load1, cpuCount }) =>
        load1 === null || cpuCount === null ? "" : t("fleet.load", { load: load1, cpus: cpuCount })
      }
      warningPercent={50}
      criticalPercent={100}
    />
  );
}

export function NetworkFigure({ record }: FigureProps) {
  const received = useFigure(record, (figures) => rate(figures.receivedBytesPerSecond));
  const sent = useFigure(record, (figures) => rate(figures.sentBytesPerSecond));
  return (
    <span class="host-network">
      <span class="host-received" title={t("fleet.network.received")}>
        {received}
      </span>
      <span class="host-sent" title={t("fleet.network.sent")}>
        {sent}
      </span>
    </span>
  );
}

/** The CPU's last half hour, drawn anew with each bucket: the figure beside it is the one that is live. */
export function TrendFigure({ record, widthPixels }: FigureProps & { widthPixels: number }) {
  const values = useMemo(() => new Float32Array(BUCKETS), []);
  const version = useComputed(() => {
    record.frameVersion.value;
    return `${record.cpuHalfHour.version} ${Math.floor(now.value / 1000 / BUCKET_SECONDS)}`;
  }).value;
  useMemo(() => record.cpuHalfHour.read(now.peek() / 1000, values), [version]);
  return <Sparkline values={values} maximum={100} version={version} widthPixels={widthPixels} />;
}

/** How many alerts fire. */
export function AlertsFigure({ record }: FigureProps) {
  useLooks(record);
  const { firing, worst } = record.alerts;
  if (worst === null) return null;
  const text = t("fleet.alerts", { count: firing, severity: t(`severity.${worst}`) });
  return (
    <span class={`alert-count alert-count-${worst}`} title={text}>
      <span aria-hidden="true">{firing}</span>
      <span class="visually-hidden">{text}</span>
    </span>
  );
}

/** The CPU's last half hour, and what it is now. */
export function CpuTrendFigure({ record }: FigureProps) {
  const look = useFigure(record, ({ cpuPercent }) => `cpu-trend ${meterClass(cpuPercent ?? 0)}`);
  const text = useFigure(record, ({ cpuPercent }) =>
    cpuPercent === null ? "–" : formatPercent(cpuPercent, 0),
  );
  return (
    <span class={look} title={t("fleet.trend")}>
      <TrendFigure record={record} widthPixels={TREND_PIXELS} />
      <span class="meter-text">{text}</span>
    </span>
  );
}

/** The first tags of a host. */
export function TagsFigure({ record }: FigureProps) {
  useLooks(record);
  const entries = Object.entries(record.tags);
  if (entries.length === 0) return null;
  const text = entries.map(([name, value]) => `${name}: ${value}`).join(", ");
  return (
    <span class="host-tags" title={text}>
      {entries.map(([name, value]) => (
        <span key={name} class="host-tag">
          {value}
        </span>
      ))}
    </span>
  );
}

function rate(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? "–" : formatByteRate(bytesPerSecond);
}
