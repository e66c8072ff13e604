import { describe, expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { faultsOf, splitAt, withSuggestion } from "../../src/pages/rules/faults";

function refused(...errors: object[]): ApiProblem {
  return new ApiProblem(422, "alerts-invalid", "all of it", errors as never);
}

describe("faults", () => {
  test("stand at their fields, the first of each, with the column", () => {
    const faults = faultsOf(
      refused(
        {
          field: "a.b.when",
          message: "unknown metric (column 5)",
          suggestion: "cpu.usage_active",
          column: 5,
        },
        { field: "a.b.when", message: "another", column: null },
        { field: "a.b.labels.path", message: "wrong" },
        { field: "a.b", message: "has no `when:`" },
      ),
      "a.b",
    );
    expect(faults.get("when")).toEqual({
      message: "unknown metric",
      column: 5,
      suggestion: "cpu.usage_active",
    });
    expect(faults.get("labels")?.message).toBe("wrong");
    expect(faults.get("")?.message).toBe("has no `when:`");
  });

  test("of a name that is taken stand at the name", () =>
    expect(faultsOf(new ApiProblem(409, "rule-exists", "taken"), "x").get("name")?.message).toBe("taken"));

  test("without places are of the whole rule", () =>
    expect(faultsOf(new ApiProblem(422, "range-invalid", "start"), "x").get("")?.message).toBe("start"));
});

describe("the place of a fault", () => {
  test.each([
    ["cpu.usage_activ > 90", 1, ["", "cpu.usage_activ", " > 90"]],
    ["1 >< 2", 4, ["1 >", "<", " 2"]],
    ["cpu.x >", 8, ["cpu.x >", " ", ""]],
    ["a", 99, ["a", " ", ""]],
  ])("in %j at %i", (text, column, parts) => expect(splitAt(text, column)).toEqual(parts));

  test("takes the suggestion", () => {
    const fault = { message: "", column: 6, suggestion: "load5" };
    expect(withSuggestion("1 + (laod5 > 2)", fault)).toBe("1 + (load5 > 2)");
    expect(withSuggestion("x", { ...fault, suggestion: null })).toBeNull();
  });
});
