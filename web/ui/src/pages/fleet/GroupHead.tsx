/** The head of a group: its tag's value, and how its hosts are. */

import { t } from "../../i18n";
import { StateMark } from "../../ui/StateMark";
import type { HostGroup } from "./arrange";
import { STATES } from "./view";

export function GroupHead({ group, tag }: { group: HostGroup; tag: string }) {
  const counts = STATES.map(
    (state) => [state, group.hosts.filter((host) => host.state === state).length] as const,
  );
  return (
    <span class="group-head">
      <span class="group-name">{group.value ?? t("fleet.group.without", { tag })}</span>
      <span class="group-count">{t("fleet.hosts", { count: group.hosts.length })}</span>
      {counts.map(([state, count]) =>
        count > 0 && state !== "ok" ? (
          <span key={state} class="group-state">
            <StateMark state={state} isShort /> {count}
          </span>
        ) : null,
      )}
    </span>
  );
}
