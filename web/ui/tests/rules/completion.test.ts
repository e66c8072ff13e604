import { describe, expect, test } from "vitest";
import type { MetricView } from "../../src/api/types";
import { choicesFor, complete, wordAt } from "../../src/pages/rules/completion";

function metric(name: string): MetricView {
  const [measurement = "", field = ""] = name.split(".");
  return { name, measurement, field, unit: "percent", type: "float", kind: "gauge", help: "", labels: [] };
}

const METRICS = ["cpu.usage_active", "cpu.usage_idle", "disk.used_percent", "mem.used_percent"].map(metric);

describe("the word at the caret", () => {
  test.each([
    ["cpu.us", 6, { text: "cpu.us", start: 0 }],
    ["a > 1 and di", 12, { text: "di", start: 10 }],
    ["avg(cpu", 7, { text: "cpu", start: 4 }],
    ["c", 1, null],
    ["cpu > 9", 7, null],
    ['host.state == "do', 17, null],
  ])("of %j at %i", (text, caret, word) => expect(wordAt(text, caret)).toEqual(word));
});

describe("completion", () => {
  const texts = (word: string) => choicesFor(word, METRICS).map((choice) => choice.text);

  test("offers what begins so before what has it inside", () => {
    expect(texts("cpu")).toEqual(["cpu.usage_active", "cpu.usage_idle"]);
    expect(texts("used")).toEqual(["disk.used_percent", "mem.used_percent"]);
    expect(texts("av")[0]).toBe("avg(metric, 5m)");
  });

  test("is silent on what is complete or unknown", () => {
    expect(texts("cpu.usage_idle")).toEqual([]);
    expect(texts("zzz")).toEqual([]);
  });

  test("puts the caret where the writing goes on", () => {
    const [choice] = choicesFor("avg", []);
    if (!choice) throw new Error("there is none");
    expect(complete("1 < avg and x", { text: "avg", start: 4 }, choice)).toEqual({
      text: "1 < avg(, 5m) and x",
      caret: 8,
    });
  });

  test.each([
    ["rate", "rate()", 5],
    ["predict", "predict(, 24h)", 8],
    ["nodata", "nodata(2m)", 10],
  ])("offers %s with arguments to begin with", (word, text, caret) => {
    const [choice] = choicesFor(word, []);
    if (!choice) throw new Error("there is none");
    expect(complete(word, { text: word, start: 0 }, choice)).toEqual({ text, caret });
  });
});
