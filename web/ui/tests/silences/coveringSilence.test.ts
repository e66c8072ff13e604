import { expect, test } from "vitest";
import { coveringSilence } from "../../src/pages/silences/coveringSilence";
import { alert } from "../documents";
import { silence } from "./documents";

test("an alert is covered by the first of the active silences that name it", () => {
  const silences = [
    silence(1, { state: "pending", alerts: [1] }),
    silence(2, { alerts: [1, 7] }),
    silence(3),
  ];
  expect(coveringSilence(silences, alert(7))?.id).toBe(2);
  expect(coveringSilence(silences, alert(8))).toBeUndefined();
});

test("an alert that came later is covered by the silence that it names itself, while that is active", () => {
  const late = alert(9, { silenced_by: 3 });
  expect(coveringSilence([silence(3)], late)?.id).toBe(3);
  expect(coveringSilence([silence(3, { state: "expired" })], late)).toBeUndefined();
});
