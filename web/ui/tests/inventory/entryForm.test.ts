import { describe, expect, test } from "vitest";
import { doubledTag, type EntryForm, entryOf, formOf, patchOf } from "../../src/pages/inventory/entryForm";

function withTexts(form: EntryForm, texts: Partial<EntryForm["texts"]>): EntryForm {
  return { ...form, texts: { ...form.texts, ...texts } };
}

describe("the form of a host's entry", () => {
  test("of nothing makes an entry of nothing", () => expect(entryOf(formOf())).toEqual({}));

  test("sends numbers as numbers, and durations as they are written", () => {
    const form = withTexts(formOf(), { port: "2222", interval: "5", timeout: "10s" });
    expect(entryOf(form)).toEqual({ port: 2222, interval: 5, timeout: "10s" });
  });

  test("keeps references to variables as text", () => {
    const form = withTexts(formOf(), { port: `\${MONCTL_HOST_PORT}`, password: ` \${MONCTL_HOST_PW} ` });
    expect(entryOf(form)).toEqual({ port: `\${MONCTL_HOST_PORT}`, password: `\${MONCTL_HOST_PW}` });
  });

  test("makes a list of several keys and groups, and a word of one", () => {
    expect(entryOf(withTexts(formOf(), { key: "~/a\n\n~/b", groups: "web, eu" }))).toEqual({
      key: ["~/a", "~/b"],
      groups: ["web", "eu"],
    });
    expect(entryOf(withTexts(formOf(), { key: "~/a" }))).toEqual({ key: "~/a" });
  });

  test("leaves what was not touched as it is", () => {
    const entry = {
      address: "10.0.0.9",
      port: "22",
      interval: 5,
      tags: { rack: 7 },
      collectors: { temp: null },
    };
    expect(patchOf(formOf(entry), formOf(entry))).toEqual({});
    expect(patchOf(formOf(entry), withTexts(formOf(entry), { user: "monitor" }))).toEqual({
      user: "monitor",
    });
  });

  test("takes away what was emptied", () => {
    const before = formOf({ address: "10.0.0.9", user: "monitor" });
    expect(patchOf(before, withTexts(before, { user: "  " }))).toEqual({ user: null });
  });

  test("changes tags one by one", () => {
    const before = formOf({ tags: { env: "prod", dc: "eu" } });
    const after = {
      ...before,
      tags: [
        ["env", "test"],
        ["rack", "7"],
        ["", "x"],
      ] as const,
    };
    expect(patchOf(before, after)).toEqual({ tags: { env: "test", rack: "7", dc: null } });
  });

  test("writes collectors as hosts.yaml does", () => {
    const before = formOf({ collectors: { temp: false, disk: "1m" } });
    expect(before.collectors).toEqual({ temp: "off", disk: "1m" });
    const after = { ...before, collectors: { temp: "", disk: "1m", cpu: "5" } };
    expect(patchOf(before, after)).toEqual({ collectors: { temp: null, cpu: 5 } });
  });

  test("finds a tag that stands there twice", () => {
    expect(
      doubledTag([
        ["env", "a"],
        [" env ", "b"],
      ]),
    ).toBe("env");
    expect(
      doubledTag([
        ["", "a"],
        ["", "b"],
      ]),
    ).toBeNull();
  });
});
