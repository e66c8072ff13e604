/** Which alerts a silence is about. monctl decides that itself; this says it before there is a silence. */

import type { AlertView, Labels, SilenceView } from "../../api/types";
import { globMatches } from "./glob";

/** What an alert must be like: any of the hosts, any of the rules, all of the labels; empty: whatever. */
export interface Matchers {
  readonly hosts: readonly string[];
  readonly rules: readonly string[];
  readonly labels: Labels;
}

type Matched = Pick<AlertView, "host" | "tags" | "rule" | "labels">;

const TAG = "tag:";

/** Whether matchers are about an alert. */
export function covers({ hosts, rules, labels }: Matchers, alert: Matched): boolean {
  return (
    (hosts.length === 0 || hosts.some((one) => isHostSelected(alert, one))) &&
    (rules.length === 0 || rules.some((one) => isNamed(alert.rule, one))) &&
    Object.entries(labels).every(([name, pattern]) => {
      const value = alert.labels[name];
      return value !== undefined && globMatches(value, pattern);
    })
  );
}

/** Whether a selector (`web-*`, `tag:env=prod`, `tag:env`) chooses the host of an alert; never the poller. */
export function isHostSelected({ host, tags }: Pick<AlertView, "host" | "tags">, selector: string): boolean {
  if (host === "") return false;
  if (!selector.startsWith(TAG)) return isNamed(host, selector);
  const [name = "", ...rest] = selector.slice(TAG.length).split("=");
  const value = tags[name];
  if (value === undefined) return false;
  return rest.length === 0 || globMatches(value, rest.join("="));
}

/** The silence that covers an alert now: the first of those that are active. */
export function coveringSilence(silences: readonly SilenceView[], alert: Matched): SilenceView | undefined {
  return silences.find((silence) => silence.state === "active" && covers(silence, alert));
}

function isNamed(name: string, pattern: string): boolean {
  return pattern === name || globMatches(name, pattern);
}
