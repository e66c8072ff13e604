import { describe, expect, test } from "vitest";
import { auditChanges, jsonText } from "../../src/pages/access/auditChanges";

describe("the audit log's detail", () => {
  test("tells what became what, and nothing that stayed", () => {
    const detail = { before: { interval: "5s", user: "a" }, after: { interval: "10s", user: "a", port: 22 } };
    expect(auditChanges(detail)).toEqual([
      { name: "interval", before: "5s", after: "10s" },
      { name: "port", before: null, after: 22 },
    ]);
  });

  test("tells an entry key by key", () => {
    expect(auditChanges({ entry: { address: "10.0.0.9" }, role: "viewer" })).toEqual([
      { name: "address", before: undefined, after: "10.0.0.9" },
      { name: "role", before: undefined, after: "viewer" },
    ]);
  });

  test("writes values as people read them", () => {
    expect([null, true, ["a", 1], { a: 1 }].map(jsonText)).toEqual(["–", "true", "a, 1", '{"a":1}']);
  });
});
