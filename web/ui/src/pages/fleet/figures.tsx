/** A host's figures, as table and cards show them. */

import { useMemo } from "preact/hooks";
import { formatByteRate } from "../../format/bytes";
import { formatNumber } from "../../format/number";
import { formatPercent } from "../../format/percent";
import { t } from "../../i18n";
import { serverNow } from "../../state/clock";
import { BUCKET_SECONDS, BUCKETS } from "../../state/fleet/halfHour";
import { type HostRecord, loadPerCore } from "../../state/fleet/hostRecord";
import { classes } from "../../ui/classes";
import { Meter, meterClass } from "../../ui/Meter";
import { Sparkline } from "../../ui/Sparkline";
import { StateMark } from "../../ui/StateMark";

const TREND_PIXELS = 76;

interface FigureProps {
  readonly record: HostRecord;
  /** The record's version: the record stays the same object, and a figure is drawn anew when this changes. */
  readonly version: number;
}

/** A host whose figures are not of now: they are shown pale. */
export function hasOldFigures({ state }: HostRecord): boolean {
  return state === "down" || state === "paused";
}

/** State with reason; the whole sentence of the last poll at rest. */
export function StateFigure({ record }: FigureProps) {
  const { state, reason, detail, errors } = record;
  const failed = Object.keys(errors);
  const errorText =
    failed.length > 0 && t("fleet.collectorErrors", { count: failed.length, names: failed.join(", ") });
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

export function CpuFigure({ record }: FigureProps) {
  return <Meter percent={record.figures.cpuPercent} />;
}

export function MemoryFigure({ record }: FigureProps) {
  return <Meter percent={record.figures.memoryPercent} />;
}

export function DiskFigure({ record }: FigureProps) {
  return <Meter percent={record.figures.diskPercent} title={record.figures.diskPath ?? undefined} />;
}

/** The load for each processor: one is as much as it can do. */
export function LoadFigure({ record }: FigureProps) {
  const { load1, cpuCount } = record.figures;
  const load = loadPerCore(record.figures);
  if (load === null || load1 === null || cpuCount === null) return <span class="meter-none">–</span>;
  const title = t("fleet.load", { load: load1, cpus: cpuCount });
  return (
    <Meter
      percent={load * 50}
      text={formatNumber(load, 2)}
      warningPercent={50}
      criticalPercent={100}
      title={title}
    />
  );
}

export function NetworkFigure({ record }: FigureProps) {
  const { receivedBytesPerSecond: received, sentBytesPerSecond: sent } = record.figures;
  if (received === null && sent === null) return <span class="meter-none">–</span>;
  return (
    <span class="host-network">
      <span title={t("fleet.network.received")}>
        <span aria-hidden="true">↓</span>
        <span class="visually-hidden">{t("fleet.network.received")}</span> {rate(received)}
      </span>
      <span title={t("fleet.network.sent")}>
        <span aria-hidden="true">↑</span>
        <span class="visually-hidden">{t("fleet.network.sent")}</span> {rate(sent)}
      </span>
    </span>
  );
}

/** The CPU's last half hour, drawn anew with each bucket: the figure beside it is the one that is live. */
export function TrendFigure({ record, widthPixels }: FigureProps & { widthPixels: number }) {
  const values = useMemo(() => new Float32Array(BUCKETS), []);
  const seconds = serverNow() / 1000;
  const version = `${record.cpuHalfHour.version} ${Math.floor(seconds / BUCKET_SECONDS)}`;
  useMemo(() => record.cpuHalfHour.read(seconds, values), [version]);
  return <Sparkline values={values} maximum={100} version={version} widthPixels={widthPixels} />;
}

/** How many alerts fire. */
export function AlertsFigure({ record }: FigureProps) {
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
export function CpuTrendFigure({ record, version }: FigureProps) {
  const { cpuPercent } = record.figures;
  return (
    <span
      class={classes("cpu-trend", cpuPercent !== null && meterClass(cpuPercent))}
      title={t("fleet.trend")}
    >
      <TrendFigure record={record} version={version} widthPixels={TREND_PIXELS} />
      <span class="meter-text">{cpuPercent === null ? "–" : formatPercent(cpuPercent, 0)}</span>
    </span>
  );
}

/** The first tags of a host. */
export function TagsFigure({ record }: FigureProps) {
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
