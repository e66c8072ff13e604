import { describe, expect, test } from "vitest";
import { href, placeOf } from "../src/router";
import { addressAfterLogin } from "../src/state/startSession";

describe("an address", () => {
  test.each([
    ["/", "fleet", {}],
    ["/hosts/web-1", "host", { name: "web-1" }],
    ["/alerts/12", "alert", { id: "12" }],
    ["/rules/new", "newRule", {}],
    ["/rules/cpu-high", "rule", { name: "cpu-high" }],
    ["/inventory/add", "addHost", {}],
    ["/rules/", "rules", {}],
  ] as const)("%s is the page %s", (path, route, params) => {
    expect(placeOf(path, "")).toMatchObject({ route, params });
  });

  test.each(["/nowhere", "/hosts", "/hosts/a/b", "/hosts/%E0%A4%A"])("%s is no page", (path) => {
    expect(placeOf(path, "").route).toBeNull();
  });

  test("keeps its query", () => expect(placeOf("/", "?q=web&tag=a:b").query.get("q")).toBe("web"));

  test.each(["web-1", "<img src=x onerror=alert(1)>", "100 %", "a?b#c", "서버 1", "new"])(
    "of the host %s leads back to it",
    (name) => {
      const address = new URL(href("host", { name }), "http://monctl.test");
      expect(placeOf(address.pathname, address.search)).toMatchObject({ route: "host", params: { name } });
    },
  );
});

describe("after log-in", () => {
  test("the page that was wanted comes", () => {
    expect(addressAfterLogin(new URLSearchParams({ next: "/hosts/web-1?range=1h" }))).toBe(
      "/hosts/web-1?range=1h",
    );
  });

  test.each(["", "https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"])(
    "%j leads to the fleet instead",
    (next) => expect(addressAfterLogin(new URLSearchParams({ next }))).toBe("/"),
  );
});
