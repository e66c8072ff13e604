/** When a rule would have fired, as bars on a line of time. */

import type { RuleTestView } from "../../api/types";

/** One alert that there would have been; places from 0 to 1 of the time looked at. */
export interface Episode {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  /** Milliseconds; null for one that would still fire. */
  readonly end: number | null;
}

/** The episodes of one host and label set, the earliest first. */
export interface EpisodeLine {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly episodes: readonly Episode[];
  readonly firingSeconds: number;
}

/** A line for each host and label set that would have fired, those that fired most often first. */
export function episodeLines(test: RuleTestView): EpisodeLine[] {
  const start = Date.parse(test.start);
  const end = Date.parse(test.end);
  const lines = new Map<string, EpisodeLine & { readonly episodes: Episode[] }>();
  for (const { host, labels, fired_at: firedAt, resolved_at: resolvedAt } of test.alerts) {
    if (firedAt === null) continue;
    const key = JSON.stringify([host, labels]);
    const line = lines.get(key) ?? { host, labels, episodes: [], firingSeconds: 0 };
    const firing = Date.parse(firedAt);
    const over = resolvedAt === null ? null : Date.parse(resolvedAt);
    const place = (moment: number) => Math.max(0, Math.min(1, (moment - start) / (end - start)));
    line.episodes.push({ from: place(firing), to: place(over ?? end), start: firing, end: over });
    lines.set(key, line);
  }
  return [...lines.values()]
    .map((line) => ({ ...line, firingSeconds: firingSeconds(line.episodes, end) }))
    .sort(
      (one, other) => other.episodes.length - one.episodes.length || other.firingSeconds - one.firingSeconds,
    );
}

function firingSeconds(episodes: readonly Episode[], end: number): number {
  return episodes.reduce((sum, one) => sum + ((one.end ?? end) - one.start) / 1000, 0);
}
