/** How the fleet is, in figures that can be read across a room; and the time. */

import type { HostState } from "../../api/types";
import { formatNumber } from "../../format/number";
import { format } from "../../format/time";
import { t } from "../../i18n";
import { now } from "../../state/clock";
import { areAlertsLoaded, isLoaded, summary } from "../../state/fleet";
import { classes } from "../../ui/classes";
import { StateMark } from "../../ui/StateMark";

const STATES: readonly HostState[] = ["down", "late", "pending", "ok", "paused"];
const ALWAYS: ReadonlySet<HostState> = new Set(["down", "ok"]);

export function KioskHead() {
  const { states, firing } = summary.value;
  return (
    <header class="kiosk-head">
      <h1 class="visually-hidden">{t("kiosk.title")}</h1>
      {isLoaded.value ? (
        <ul class="kiosk-counts" aria-label={t("kiosk.summary")}>
          {STATES.filter((state) => ALWAYS.has(state) || states[state] > 0).map((state) => (
            <li
              key={state}
              class={classes("kiosk-count", states[state] > 0 ? `kiosk-count-${state}` : "kiosk-count-zero")}
            >
              <StateMark state={state} isShort />
              <strong>{formatNumber(states[state])}</strong> <span>{t(`kiosk.state.${state}`)}</span>
            </li>
          ))}
          {areAlertsLoaded.value ? (
            <li class={classes("kiosk-count", firing > 0 ? "kiosk-count-firing" : "kiosk-count-zero")}>
              <span aria-hidden="true" class="kiosk-bell">
                {firing > 0 ? "!" : "✓"}
              </span>
              <strong>{formatNumber(firing)}</strong> <span>{t("kiosk.firing", { count: firing })}</span>
            </li>
          ) : null}
        </ul>
      ) : null}
      <Clock />
    </header>
  );
}

function Clock() {
  const time = now.value;
  return (
    <time class="kiosk-clock" dateTime={new Date(time).toISOString()}>
      <strong>{format({ timeStyle: "short" }).format(time)}</strong>
      <span>{format({ weekday: "long", day: "numeric", month: "long" }).format(time)}</span>
    </time>
  );
}
