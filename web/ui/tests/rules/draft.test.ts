import { describe, expect, test } from "vitest";
import type { RuleView } from "../../src/api/types";
import { draftOf, EMPTY_DRAFT, isRuleName, labelsOf, patchOf, specOf } from "../../src/pages/rules/draft";
import { durationText } from "../../src/pages/rules/durations";

const RULE: RuleView = {
  name: "disk-full",
  owner: "api",
  file: null,
  line: null,
  version: 3,
  created_at: null,
  updated_at: null,
  overrides_default: true,
  spec: { for: "10m" },
  problems: [],
  enabled: true,
  when: "disk.used_percent > 97",
  clear: "never",
  for_seconds: 90,
  severity: "critical",
  hosts: ["web-*"],
  labels: { fstype: ["!squashfs", "!iso9660"], path: ["/var*"] },
  channels: [],
  repeat_seconds: 14_400,
  escalate: { after_seconds: 1800, channels: ["boss"] },
  title: null,
  message: null,
  help: "rm",
};

const SPEC = {
  when: "disk.used_percent > 97",
  clear: "never",
  for: "90s",
  severity: "critical",
  hosts: ["web-*"],
  labels: { fstype: ["!squashfs", "!iso9660"], path: ["/var*"] },
  channels: [],
  repeat: "4h",
  escalate: { after: "30m", channels: ["boss"] },
  help: "rm",
};

describe("the form of a rule", () => {
  test("and its spec say the same", () => expect(specOf(draftOf(RULE))).toEqual(SPEC));

  test("that cannot be used shows what is written", () => {
    const { when: _, ...broken } = RULE;
    expect(draftOf({ ...broken, spec: { when: "cpu.x > 1", for: 300, channels: "ops" } })).toMatchObject({
      when: "cpu.x > 1",
      for: "5m",
      audience: "some",
      channels: ["ops"],
    });
  });

  test("leaves out what is empty", () =>
    expect(specOf({ ...EMPTY_DRAFT, when: " a " })).toEqual({ when: "a", for: "5m", severity: "warning" }));
});

describe("a patch", () => {
  test("has only what changed", () => expect(patchOf(SPEC, { ...SPEC, for: "5m" })).toEqual({ for: "5m" }));

  test("takes away what is gone, in labels too", () => {
    const { repeat: _, ...rest } = SPEC;
    expect(patchOf(SPEC, { ...rest, labels: { path: ["/srv"] } })).toEqual({
      repeat: null,
      labels: { fstype: null, path: ["/srv"] },
    });
  });

  test("switches a rule on again in so many words, as one that ships may be off", () =>
    expect(patchOf({ enabled: false }, {})).toEqual({ enabled: true }));
});

test.each([
  ["path=/var*, !/var/tmp\n\nfstype=ext4", { path: ["/var*", "!/var/tmp"], fstype: ["ext4"] }],
  ["", {}],
  ["path", null],
  ["path=", null],
  ["=x", null],
])("labels of %j", (text, labels) => expect(labelsOf(text)).toEqual(labels));

test.each([
  [0, "0s"],
  [0.5, "500ms"],
  [90, "90s"],
  [300, "5m"],
  [172_800, "2d"],
])("%d seconds are written %s", (seconds, text) => expect(durationText(seconds)).toBe(text));

test.each([
  ["disk-full", true],
  ["a.b_c", true],
  ["", false],
  ["-a", false],
  ["a b", false],
  ["a".repeat(129), false],
])("%j may be a name: %s", (name, isGood) => expect(isRuleName(name)).toBe(isGood));
