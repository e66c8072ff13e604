import { afterEach, describe, expect, test } from "vitest";
import { actorName } from "../src/format/actor";
import { formatByteRate, formatBytes } from "../src/format/bytes";
import { formatAge, formatDuration } from "../src/format/duration";
import { formatPercent } from "../src/format/percent";
import { formatQuantity, isUnit } from "../src/format/quantity";
import { formatRelative } from "../src/format/time";
import { language } from "../src/i18n/language";

afterEach(() => {
  language.value = "en";
});

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1,023 B"],
    [1023.6, "1 KiB"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [1024 ** 3 * 1.5, "1.5 GiB"],
    [1024 ** 2 - 1, "1 MiB"],
    [1024 ** 7, "1,024 EiB"],
    [-2048, "-2 KiB"],
  ])("%d are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test("a rate is bytes a second", () => expect(formatByteRate(2 * 1024 ** 2)).toBe("2 MiB/s"));
});

describe("numbers that no machine has", () => {
  test.each([
    [1e18, "load", "1E18"],
    [1e300, "percent", "1E300 %"],
    [1e300, "count", "1E300"],
    [1e300, "bytes", "8.67E281 EiB"],
    [-1e18, "celsius", "-1E18 °C"],
    [999_999_999, "load", "999,999,999"],
  ] as const)("%d as %s is %s", (value, unit, text) => expect(formatQuantity(value, unit)).toBe(text));

  test("spans are short too", () => expect(formatDuration(1e300).length).toBeLessThan(16));
});

describe("spans", () => {
  test.each([
    [0.0123, "0.012s"],
    [4.26, "4.3s"],
    [12, "12s"],
    [59.7, "1m"],
    [60, "1m"],
    [3600 * 26, "1d 2h"],
    [86_400, "1d"],
    [-90, "−1m 30s"],
  ])("%d seconds are %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test.each([
    [-3, "0s"],
    [0, "0s"],
    [59.9, "59s"],
    [3599, "59m"],
    [86_400 * 3 + 5, "3d"],
  ])("an age of %d seconds is %s", (seconds, text) => expect(formatAge(seconds)).toBe(text));

  test("are in the language shown", () => {
    language.value = "ko";
    expect(formatAge(180)).toBe("3분");
    expect(formatRelative(0, 3_600_000)).toBe("1시간 전");
  });
});

describe("quantities", () => {
  test("small percentages keep a fraction, large ones do not", () => {
    expect(formatPercent(3.14)).toBe("3.1 %");
    expect(formatPercent(93.6)).toBe("94 %");
  });

  test("a unit of another version is none", () => {
    expect(["percent", "", "furlongs", "constructor"].filter(isUnit)).toEqual(["percent"]);
  });

  test("what is not known is a dash", () => {
    expect(formatQuantity(null, "bytes")).toBe("–");
    expect(formatQuantity(undefined, "percent")).toBe("–");
    expect(formatQuantity(Number.NaN, "load")).toBe("–");
  });

  test.each([
    ["celsius", 41.26, "41.3 °C"],
    ["per_second", 1234.5, "1,235/s"],
    ["milliseconds", 1.234, "1.23 ms"],
    ["bytes_per_second", 1024, "1 KiB/s"],
    ["percent", 12.34, "12.3 %"],
  ] as const)("%s", (unit, value, text) => expect(formatQuantity(value, unit)).toBe(text));
});

describe("an actor", () => {
  test.each([
    ["user:admin", "admin"],
    ["key:grafana", "grafana"],
    ["cli:root", "root"],
    ["root", "root"],
  ])("%s is called %s", (actor, name) => expect(actorName(actor)).toBe(name));
});
