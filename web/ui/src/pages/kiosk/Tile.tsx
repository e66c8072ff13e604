/** One host on the wall. */

import { t } from "../../i18n";
import type { HostRecord } from "../../state/fleet/hostRecord";
import { classes } from "../../ui/classes";
import { Meter } from "../../ui/Meter";
import { StateMark } from "../../ui/StateMark";
import type { TileLevel } from "./tiles";

interface TileProps {
  readonly record: HostRecord;
  /** The record stays the same object; a tile is drawn anew when this changes. */
  readonly version: number;
  readonly level: TileLevel;
}

export function Tile({ record, level }: TileProps) {
  const { name, state, alerts } = record;
  const worst = state === "paused" ? null : alerts.worst;
  const look = classes("tile", `tile-${state}`, worst && `tile-${worst}`, `tile-as-${level}`);
  if (level === "mark") {
    return (
      <li class={look} title={name}>
        <StateMark state={state} isShort />
        <span class="visually-hidden">{name}</span>
      </li>
    );
  }
  return (
    <li class={look}>
      <span class="tile-head">
        <StateMark state={state} isShort />
        <strong class="tile-name">{name}</strong>
        {worst === null ? null : <span class={`alert-count alert-count-${worst}`}>{alerts.firing}</span>}
      </span>
      {level === "full" ? <TileBody record={record} /> : null}
    </li>
  );
}

function TileBody({ record }: { record: HostRecord }) {
  const { state, reason, figures } = record;
  if (state === "down" || state === "late" || state === "paused" || figures.cpuPercent === null) {
    const hasReason = state === "down" && reason !== null && reason !== "ok";
    return <span class="tile-reason">{t(hasReason ? `reason.${reason}` : `state.${state}`)}</span>;
  }
  return (
    <span class="tile-figures">
      <span>{t("kiosk.cpu")}</span>
      <Meter percent={figures.cpuPercent} />
      <span>{t("kiosk.memory")}</span>
      <Meter percent={figures.memoryPercent} />
    </span>
  );
}
