/** The summary line: how many hosts are how, each number a filter; and how many alerts fire. */

import { t } from "../../i18n";
import { href } from "../../router";
import { areAlertsLoaded, summary } from "../../state/fleet";
import { classes } from "../../ui/classes";
import { StateMark } from "../../ui/StateMark";
import { type FleetView, STATES, toggled } from "./view";

interface FleetSummaryProps {
  readonly view: FleetView;
  onView(view: FleetView): void;
}

export function FleetSummary({ view, onView }: FleetSummaryProps) {
  const { states, hosts, firing } = summary.value;
  const isAlways = { down: true, ok: true, late: false, paused: false, pending: false };
  return (
    <div class="summary">
      <span class="summary-hosts">{t("fleet.hosts", { count: hosts })}</span>
      <fieldset class="chips">
        <legend class="visually-hidden">{t("fleet.summary")}</legend>
        {STATES.map((state) =>
          states[state] > 0 || isAlways[state] || view.states.includes(state) ? (
            <button
              key={state}
              type="button"
              class={classes("summary-state", states[state] === 0 && "summary-zero")}
              aria-pressed={view.states.includes(state)}
              onClick={() => onView({ ...view, states: toggled(view.states, state) })}
            >
              <StateMark state={state} isShort /> {t(`fleet.state.${state}`, { count: states[state] })}
            </button>
          ) : null,
        )}
      </fieldset>
      {areAlertsLoaded.value ? (
        <a class={firing > 0 ? "alarm" : "muted"} href={href("alerts")}>
          {firing > 0 ? t("fleet.firing", { count: firing }) : t("fleet.quiet")}
        </a>
      ) : null}
    </div>
  );
}
