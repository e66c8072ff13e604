import { describe, expect, test } from "vitest";
import {
  documentOf,
  draftOfQuery,
  draftOfSilence,
  emptyDraft,
  matchersOf,
  matchersOfAlert,
  queryOfAlert,
} from "../../src/pages/silences/draft";
import { endOf } from "../../src/pages/silences/spans";
import { alert } from "../documents";
import { silence } from "./documents";

const NOW = Date.parse("2026-05-01T12:00:00Z");
const EMPTY = emptyDraft("Asia/Seoul");

describe("the form of a silence", () => {
  test("says nothing until something is named", () => {
    expect(matchersOf(EMPTY)).toBeNull();
    expect(matchersOf({ ...EMPTY, labels: "path" })).toBeNull();
    expect(matchersOf({ ...EMPTY, isEverything: true })).toEqual({ everything: true });
  });

  test("becomes the document that monctl takes", () => {
    const draft = { ...EMPTY, hosts: "web-*, tag:env=prod, web-*", labels: "path=/a=b", comment: " disks " };
    expect(documentOf(draft, NOW)).toEqual({
      hosts: ["web-*", "tag:env=prod"],
      labels: { path: "/a=b" },
      ends_at: "2026-05-01T14:00:00.000Z",
      comment: "disks",
    });
  });

  test("may come back each week without end, in any zone", () => {
    const draft = {
      ...EMPTY,
      isEverything: true,
      isWeekly: true,
      ending: "never" as const,
      weekdays: ["fri", "mon"] as const,
    };
    expect(documentOf(draft, NOW)).toEqual({
      everything: true,
      schedule: { weekdays: ["mon", "fri"], start: "22:00", end: "06:00", time_zone: "Asia/Seoul" },
    });
  });

  test("counts its span from its beginning", () => {
    const draft = { ...EMPTY, rules: "x", startsAt: "2026-06-01T10:00", ending: "1h" as const };
    const start = Date.parse("2026-06-01T10:00");
    expect(documentOf(draft, NOW)).toMatchObject({
      starts_at: new Date(start).toISOString(),
      ends_at: new Date(start + 3_600_000).toISOString(),
    });
  });

  test("takes a silence up again", () => {
    const schedule = { weekdays: ["mon"], start: "01:00", end: "02:00", time_zone: "UTC" } as const;
    const again = draftOfSilence(
      silence(1, { everything: false, hosts: ["a", "b"], schedule }),
      "Asia/Seoul",
    );
    expect(again).toMatchObject({ hosts: "a, b", isWeekly: true, timeZone: "UTC", ending: "never" });
  });
});

describe("an alert", () => {
  const one = alert(7, { host: "web-1", rule: "disk-full", labels: { path: "/mnt/[a]", name: "a*b?" } });

  test("is silenced alone, whatever its labels look like", () =>
    expect(matchersOfAlert(one)).toEqual({
      hosts: ["web-1"],
      rules: ["disk-full"],
      labels: { path: "/mnt/[[]a]", name: "a[*]b[?]" },
    }));

  test("fills the form through the address", () => {
    const draft = draftOfQuery(new URLSearchParams(queryOfAlert(one)), "UTC");
    expect(matchersOf(draft)).toEqual(matchersOfAlert(one));
    expect(draft.comment).toBe("#7 disk-full");
  });

  test("of the poller itself names no host", () =>
    expect(matchersOfAlert({ ...one, host: "" }).hosts).toEqual([]));
});

describe("a span", () => {
  test("of hours", () => expect(endOf("8h", NOW)).toBe(NOW + 8 * 3_600_000));

  test.each([6, 7, 8, 12, 23])("until the morning from %i:30 is at eight, an hour away at least", (hour) => {
    const start = new Date(2026, 4, 1, hour, 30).getTime();
    const end = new Date(endOf("morning", start));
    expect([end.getHours(), end.getMinutes()]).toEqual([8, 0]);
    expect(end.getTime() - start).toBeGreaterThanOrEqual(3_600_000);
    expect(end.getTime() - start).toBeLessThan(25 * 3_600_000 + 1);
  });
});
