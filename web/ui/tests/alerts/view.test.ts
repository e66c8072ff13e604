import { describe, expect, test } from "vitest";
import {
  historyQuery,
  hostSelector,
  isShown,
  patternQuery,
  queryOf,
  readView,
} from "../../src/pages/alerts/view";
import { alert } from "../documents";

const view = (text: string) => readView(new URLSearchParams(text));

describe("the view of alerts", () => {
  test.each(["", "tab=history&host=web&rule=disk-full&severity=critical&span=30d&page=3"])(
    "%j is read and written",
    (text) => {
      const pairs = Object.entries(queryOf(view(text))).filter(([, value]) => value !== null);
      expect(Object.fromEntries(pairs)).toEqual(Object.fromEntries(new URLSearchParams(text)));
    },
  );

  test("takes nonsense for nothing", () => expect(view("tab=x&severity=y&span=z&page=-2")).toEqual(view("")));
});

test.each([
  ["", null],
  [" web ", "*web*"],
  ["web-*", "web-*"],
  ["tag:env=prod", "tag:env=prod"],
])("a host typed as %j is asked for as %j", (typed, selector) => expect(hostSelector(typed)).toBe(selector));

describe("an alert is shown", () => {
  const one = alert(1, { host: "web-1", tags: { env: "prod" }, rule: "disk-full", severity: "critical" });

  test.each([
    ["", true],
    ["host=eb-", true],
    ["host=db", false],
    ["rule=disk-full&severity=critical", true],
    ["rule=disk-fu", false],
    ["severity=info", false],
  ])("by %j: %s", (text, isThere) => {
    expect(patternQuery(view(text))).toBeNull();
    expect(isShown(one, view(text), null)).toBe(isThere);
  });

  test.each([
    ["host=tag:env=prod", { host: "tag:env=prod", rule: null }],
    ["host=web-*&rule=disk-full", { host: "web-*", rule: "disk-full" }],
    ["host=web&rule=disk-*", { host: "*web*", rule: "disk-*" }],
  ])("by %j as monctl answers it", (text, query) => {
    expect(patternQuery(view(text))).toEqual(query);
    expect(isShown(one, view(text), new Set([1]))).toBe(true);
    expect(isShown(one, view(text), new Set([2]))).toBe(false);
    expect(isShown(one, view(`${text}&severity=info`), new Set([1]))).toBe(false);
  });
});

describe("the history", () => {
  test("is asked for by pages", () =>
    expect(historyQuery(view("page=3&host=web"), 50)).toMatchObject({
      start: "-7d",
      host: "*web*",
      offset: 100,
      limit: 50,
    }));

  test("may be from a moment to another of the reader's clock", () =>
    expect(historyQuery(view("span=custom&from=2026-05-01T10:00&to=junk"), 50)).toMatchObject({
      start: new Date("2026-05-01T10:00").toISOString(),
      end: "",
    }));
});
