import { describe, expect, test } from "vitest";
import type { HostView } from "../../src/api/types";
import { byName, filterHosts, readFilter } from "../../src/pages/inventory/filter";

function host(name: string, changes: Partial<HostView> = {}): HostView {
  const time = "2026-05-01T12:00:00.000Z";
  const empty = { file: null, line: null, version: 1, created_at: time, updated_at: time, entry: {} };
  return { name, owner: "api", ...empty, ...changes };
}

const HOSTS = [
  host("web-10", { address: "10.0.0.10", tags: { env: "prod" } }),
  host("web-2", { owner: "file", file: "/etc/monctl/hosts.yaml", tags: { env: "test" } }),
];

function namesFor(query: string): string[] {
  return filterHosts(HOSTS, readFilter(new URLSearchParams(query)), (name) =>
    name === "web-2" ? "down" : "ok",
  ).map(({ name }) => name);
}

describe("the inventory's filter", () => {
  test("orders names as people do", () => {
    expect(byName(HOSTS).map(({ name }) => name)).toEqual(["web-2", "web-10"]);
  });

  test.each([
    ["", ["web-10", "web-2"]],
    ["q=10.0.0.10", ["web-10"]],
    ["q=env:prod+web", ["web-10"]],
    ["q=hosts.yaml", ["web-2"]],
    ["owner=file", ["web-2"]],
    ["owner=nobody", ["web-10", "web-2"]],
    ["state=down", ["web-2"]],
    ["owner=api&state=down", []],
  ])("of %j shows %j", (query, names) => expect(namesFor(query)).toEqual(names));
});
