import { describe, expect, test } from "vitest";
import { ApiProblem } from "../../src/api/problem";
import { fieldErrors } from "../../src/pages/access/fieldErrors";

const FIELDS = ["name", "password"];

describe("refusals of users and keys", () => {
  test("of a taken name belong to it", () => {
    expect(fieldErrors(new ApiProblem(409, "user-exists", "taken"), FIELDS)).toEqual({ name: "taken" });
  });

  test("that name a field belong to it", () => {
    const problem = new ApiProblem(422, "account-invalid", "password: too short", [], null, {
      field: "password",
    });
    expect(fieldErrors(problem, FIELDS)).toEqual({ password: "too short" });
  });

  test("of the body's shape belong to their fields", () => {
    const errors = [
      { field: "body.password", message: "too short" },
      { field: "body.colour", message: "unknown" },
    ];
    const problem = new ApiProblem(422, "request-invalid", "no", errors);
    expect(fieldErrors(problem, FIELDS)).toEqual({ password: "too short", "": "unknown" });
  });

  test("of anything else belong to the whole", () => {
    expect(fieldErrors(new ApiProblem(409, "last-admin", "the last"), FIELDS)).toEqual({ "": "the last" });
  });
});
