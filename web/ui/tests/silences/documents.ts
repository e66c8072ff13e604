/** Silences for tests. */

import type { SilenceView } from "../../src/api/types";
import { TIME } from "../documents";

export function silence(id: number, changes: Partial<SilenceView> = {}): SilenceView {
  return {
    id,
    state: "active",
    hosts: [],
    rules: [],
    labels: {},
    everything: true,
    comment: "",
    created_by: "user:alice",
    created_at: TIME,
    starts_at: TIME,
    ends_at: null,
    schedule: null,
    next_change_at: null,
    alerts: [],
    ...changes,
  };
}
