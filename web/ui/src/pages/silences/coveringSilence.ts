/** The silence that covers an alert, as monctl says it. */

import type { AlertView, SilenceView } from "../../api/types";

/** The first of the active silences that covers an open alert.
 *
 * A silence names those that it covered when it was asked for; an alert that came later says it of itself.
 */
export function coveringSilence(
  silences: readonly SilenceView[],
  { id, silenced_by: itself }: Pick<AlertView, "id" | "silenced_by">,
): SilenceView | undefined {
  return silences.find((one) => one.state === "active" && (one.alerts.includes(id) || one.id === itself));
}
