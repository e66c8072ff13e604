import { expect, test } from "vitest";
import type { ReplayedAlert, RuleTestView } from "../../src/api/types";
import { episodeLines } from "../../src/pages/rules/episodes";

function replayed(host: string, fired: string | null, resolved: string | null): ReplayedAlert {
  const full = (hour: string | null) => hour && `2026-05-01T${hour}:00:00Z`;
  return {
    host,
    labels: {},
    pending_at: "",
    fired_at: full(fired),
    resolved_at: full(resolved),
    readings: [],
  };
}

test("episodes are gathered by host, the most first, with their places in the time", () => {
  const test: RuleTestView = {
    rule: "x",
    start: "2026-05-01T00:00:00Z",
    end: "2026-05-01T10:00:00Z",
    step_seconds: 60,
    hosts: 3,
    alerts: [
      replayed("a", "05", null),
      replayed("b", "01", "02"),
      replayed("b", "04", "05"),
      replayed("c", null, null),
    ],
    truncated: false,
  };
  const lines = episodeLines(test);
  expect(lines.map((line) => [line.host, line.firingSeconds])).toEqual([
    ["b", 7200],
    ["a", 18_000],
  ]);
  expect(lines[0]?.episodes.map(({ from, to }) => [from, to])).toEqual([
    [0.1, 0.2],
    [0.4, 0.5],
  ]);
  expect(lines[1]?.episodes[0]).toMatchObject({ from: 0.5, to: 1, end: null });
});
