/** What is wrong with a host, and what to do about it. */

import type { HostState, Outcome } from "../../api/types";
import { t } from "../../i18n";
import { classes } from "../../ui/classes";
import { StateMark } from "../../ui/StateMark";
import { Time } from "../../ui/Time";

/** How a host is. */
export interface HostCondition {
  readonly state: HostState;
  readonly reason: Outcome | null;
  readonly detail: string;
  /** The last good poll, milliseconds since 1970. */
  readonly okTime: number | null;
}

/** Nothing for a host that is fine. */
export function HostStatePanel({ condition }: { condition: HostCondition }) {
  const { state, reason, detail, okTime } = condition;
  if (state === "ok") return null;
  const advice = adviceFor(state, reason);
  return (
    <section class={classes("host-panel", `host-panel-${state}`)} aria-labelledby="state-title">
      <h2 id="state-title">
        <StateMark state={state} />
        {reason !== null && reason !== "ok" ? <span>{t(`reason.${reason}`)}</span> : null}
      </h2>
      {detail ? <p class="host-panel-detail">{detail}</p> : null}
      {advice ? <p>{advice}</p> : null}
      {state !== "pending" ? (
        <p class="host-panel-since">
          {t("host.lastGood")} {okTime === null ? t("common.never") : <Time at={okTime} />}
        </p>
      ) : null}
    </section>
  );
}

function adviceFor(state: HostState, reason: Outcome | null): string {
  if (state === "paused") return t("host.advice.paused");
  if (state === "pending") return t("host.advice.pending");
  return reason === null || reason === "ok" ? "" : t(`host.advice.${reason}`);
}
