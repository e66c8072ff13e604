import { describe, expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { entryErrors, hasErrorIn } from "../../src/pages/inventory/entryErrors";

function refusal(...fields: string[]): ApiProblem {
  const errors = fields.map((field) => ({ field, message: `no ${field}` }));
  return new ApiProblem(422, "inventory-invalid", "no", errors);
}

describe("refusals of a host's entry", () => {
  test("belong to their fields, also of names with dots", () => {
    const { fields, others } = entryErrors(refusal("a.b.interval", "a.b.tags.x.y"), "a.b");
    expect([...fields.keys()]).toEqual(["interval", "tags.x.y"]);
    expect(others).toEqual([]);
  });

  test("of the host itself belong to its name", () => {
    expect(entryErrors(refusal("web-9"), "web-9").fields.get("name")).toBe("no web-9");
    const taken = new ApiProblem(409, "host-exists", "taken");
    expect(entryErrors(taken, "web-9").fields.get("name")).toBe("taken");
  });

  test("that belong to nothing are told all the same", () => {
    expect(entryErrors(refusal("web-9.colour"), "web-9").others).toEqual(["web-9.colour: no web-9.colour"]);
    expect(entryErrors(new ApiProblem(503, "unavailable", "away"), "web-9").others).toEqual(["away"]);
  });

  test("are found below a field", () => {
    const errors = entryErrors(refusal("web-9.collectors.cpu"), "web-9");
    expect(hasErrorIn(errors, ["collectors"])).toBe(true);
    expect(hasErrorIn(errors, ["interval"])).toBe(false);
  });
});
