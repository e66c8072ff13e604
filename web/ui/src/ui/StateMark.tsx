/** A host's state and an alert's severity: a shape, a word and a colour, each of which is enough. */

import type { AlertState, HostState, Severity } from "../api/types";
import { t } from "../i18n";
import { classes } from "./classes";

type Shape = "disc" | "triangle" | "cross" | "bars" | "ring" | "diamond";

const STATE_SHAPES: Readonly<Record<HostState, Shape>> = {
  ok: "disc",
  late: "triangle",
  down: "cross",
  paused: "bars",
  pending: "ring",
};

const SEVERITY_SHAPES: Readonly<Record<Severity, Shape>> = {
  info: "disc",
  warning: "triangle",
  critical: "diamond",
};

const SHAPE_PATHS: Readonly<Record<Shape, string>> = {
  disc: "M6 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  triangle: "M6 1 11.5 10.5H.5z",
  cross: "M2.6 1 6 4.4 9.4 1 11 2.6 7.6 6 11 9.4 9.4 11 6 7.6 2.6 11 1 9.4 4.4 6 1 2.6z",
  bars: "M2.5 1.5h2.5v9H2.5zM7 1.5h2.5v9H7z",
  ring: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zm0 2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  diamond: "M6 .2 11.8 6 6 11.8.2 6z",
};

function Mark({ shape }: { shape: Shape }) {
  return (
    <svg class="mark-shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
      <path d={SHAPE_PATHS[shape]} />
    </svg>
  );
}

interface StateMarkProps {
  readonly state: HostState;
  /** The word is read aloud only. */
  readonly isShort?: boolean;
}

export function StateMark({ state, isShort = false }: StateMarkProps) {
  return (
    <span class={classes("mark", `mark-${state}`)} title={isShort ? t(`state.${state}`) : undefined}>
      <Mark shape={STATE_SHAPES[state]} />
      <span class={classes(isShort && "visually-hidden")}>{t(`state.${state}`)}</span>
    </span>
  );
}

export function SeverityMark({ severity, isShort = false }: { severity: Severity; isShort?: boolean }) {
  return (
    <span class={classes("mark", `mark-${severity}`)} title={isShort ? t(`severity.${severity}`) : undefined}>
      <Mark shape={SEVERITY_SHAPES[severity]} />
      <span class={classes(isShort && "visually-hidden")}>{t(`severity.${severity}`)}</span>
    </span>
  );
}

export function AlertStateBadge({ state }: { state: AlertState }) {
  return <span class={classes("badge", `badge-${state}`)}>{t(`alertState.${state}`)}</span>;
}
