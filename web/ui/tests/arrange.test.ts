import { describe, expect, test } from "vitest";
import { arrange, byName, tagValues } from "../src/pages/fleet/arrange";
import { linesOf } from "../src/pages/fleet/lines";
import { type FleetView, queryOf, readView, sortedBy } from "../src/pages/fleet/view";
import { Fleet } from "../src/state/fleet/fleet";
import { alert, current, host, takeSnapshot, withCpu } from "./documents";

const PLAIN = readView(new URLSearchParams());

function fleetOf(): Fleet {
  const fleet = new Fleet();
  takeSnapshot(
    fleet,
    current(
      host("web-10", { tags: { env: "prod", role: "web" }, ...withCpu(10) }),
      host("web-2", { tags: { env: "prod", role: "web" }, ...withCpu(90) }),
      host("db-1", { tags: { env: "test" }, state: "down", reason: "refused" }),
      host("late-1", { state: "late", reason: "late" }),
      host("off-1", { state: "paused" }),
    ),
  );
  fleet.applyAlert(alert(1, { host: "web-10", severity: "critical" }));
  return fleet;
}

function names(view: Partial<FleetView>): string[] {
  return arrange(byName(fleetOf().hosts.values()), { ...PLAIN, ...view }).flatMap((group) =>
    group.hosts.map((one) => one.name),
  );
}

describe("the order", () => {
  test("has the worst first: down, critical alerts, late, fine, paused", () => {
    expect(names({})).toEqual(["db-1", "web-10", "late-1", "web-2", "off-1"]);
  });

  test("by name counts numbers", () => expect(names({ sort: "name" }).slice(3)).toEqual(["web-2", "web-10"]));

  test("by a figure has the greatest first, and the unknown last in either direction", () => {
    expect(names({ sort: "cpu" }).slice(0, 2)).toEqual(["web-2", "web-10"]);
    expect(names({ sort: "cpu", isReversed: true }).slice(0, 2)).toEqual(["web-10", "web-2"]);
    expect(names({ sort: "cpu", isReversed: true })).toHaveLength(5);
  });

  test("turns round when a column is chosen twice", () => {
    const once = sortedBy(PLAIN, "cpu");
    expect(once.isReversed).toBe(false);
    expect(sortedBy(once, "cpu").isReversed).toBe(true);
  });
});

describe("filters", () => {
  test("every word must be found, in name, tags or reason", () => {
    expect(names({ search: "PROD web-2" })).toEqual(["web-2"]);
    expect(names({ search: "refused" })).toEqual(["db-1"]);
    expect(names({ search: "prod refused" })).toEqual([]);
  });

  test("states are any, tags are all", () => {
    expect(names({ states: ["down", "late"] })).toEqual(["db-1", "late-1"]);
    expect(names({ tags: ["env:prod", "role:web"] })).toEqual(["web-10", "web-2"]);
    expect(names({ tags: ["env:prod", "role:db"] })).toEqual([]);
  });
});

describe("groups", () => {
  test("are by a tag's value, those without last", () => {
    const groups = arrange(byName(fleetOf().hosts.values()), { ...PLAIN, group: "env" });
    expect(groups.map((group) => [group.value, group.hosts.length])).toEqual([
      ["prod", 2],
      ["test", 1],
      [null, 2],
    ]);
  });

  test("begin a new line of cards each", () => {
    const groups = arrange(byName(fleetOf().hosts.values()), { ...PLAIN, group: "env" });
    const kinds = linesOf(groups, 3, true).map((line) => (line.kind === "head" ? "head" : line.hosts.length));
    expect(kinds).toEqual(["head", 2, "head", 1, "head", 2]);
    expect(linesOf(groups, 1, false)).toHaveLength(5);
  });

  test("tags are listed with how many hosts have each value", () => {
    const env = tagValues(fleetOf().hosts.values()).get("env");
    expect([...(env ?? [])]).toEqual([
      ["prod", 2],
      ["test", 1],
    ]);
  });
});

describe("the address", () => {
  test("says the view, and says it back", () => {
    const view: FleetView = {
      search: "a b",
      states: ["down", "ok"],
      tags: ["env:prod,eu", "url:http://x"],
      sort: "memory",
      isReversed: true,
      group: "env",
      shape: "cards",
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(queryOf(view))) {
      for (const one of typeof value === "string" ? [value] : (value ?? [])) query.append(name, one);
    }
    expect(readView(query)).toEqual(view);
  });

  test("of the plain view is empty", () => {
    expect(Object.values(queryOf(PLAIN)).filter((value) => value?.length)).toEqual([]);
  });

  test("with nonsense is the plain view", () => {
    expect(readView(new URLSearchParams("state=on,fire&sort=beauty&view=3d&tag=x"))).toEqual(PLAIN);
  });
});
