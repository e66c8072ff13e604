/** Which open alerts patterns and tags choose: monctl says it. */

import { getAll } from "../../api/pages";
import type { AlertView } from "../../api/types";
import { useAlertChanges } from "../../state/fleet/useAlertChanges";
import { useData } from "../../ui/useData";
import { type AlertsView, patternQuery } from "./view";

/** `chosen`: ids; null where the view has no pattern, undefined until there is an answer. */
export function useChosenAlerts(view: AlertsView) {
  const query = patternQuery(view);
  const key = JSON.stringify(query);
  const { data, error, reload } = useData(key, async (signal) => {
    const alerts = query ? await getAll<AlertView>("/alerts", query, { signal }) : [];
    return { key, ids: new Set(alerts.map(({ id }) => id)) };
  });
  useAlertChanges(() => query && reload());
  const isAnswered = data?.key === key;
  return {
    chosen: query ? (isAnswered ? data.ids : undefined) : null,
    error: query && !isAnswered ? error : null,
    reload,
  };
}
