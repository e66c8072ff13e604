import { describe, expect, test } from "vitest";
import { coveringSilence, covers } from "../../src/pages/silences/covers";
import { globEscape, globMatches } from "../../src/pages/silences/glob";
import { alert } from "../documents";
import { silence } from "./documents";

const ALL = { hosts: [], rules: [], labels: {} };

describe("patterns", () => {
  test.each([
    ["web-1", "web-*", true],
    ["web-1", "web-?", true],
    ["web-12", "web-?", false],
    ["WEB-1", "web-*", false],
    ["a.b", "a?b", true],
    ["axb", "a.b", false],
    ["web-1", "web-[12]", true],
    ["web-3", "web-[!12]", true],
    ["web-1", "web-[!12]", false],
    ["web-[1", "web-[1", true],
    ["a]b", "a[]]b", true],
    ["b", "[z-a]", false],
    ["line\nbreak", "*", true],
    ["", "*", true],
  ])("%j is like %j: %s", (text, pattern, isLike) => expect(globMatches(text, pattern)).toBe(isLike));

  test.each(["/mnt/[a]", "a*b?", "plain", "<img src=x>"])("escaped, %j matches itself alone", (text) => {
    expect(globMatches(text, globEscape(text))).toBe(true);
    expect(globMatches(`${text}x`, globEscape(text))).toBe(false);
  });
});

describe("a silence is about an alert", () => {
  const one = alert(1, { host: "web-1", tags: { env: "prod" }, rule: "disk-full", labels: { path: "/var" } });

  test.each([
    [{ ...ALL }, true],
    [{ ...ALL, hosts: ["db-*", "web-*"] }, true],
    [{ ...ALL, hosts: ["tag:env=pr*"] }, true],
    [{ ...ALL, hosts: ["tag:env"] }, true],
    [{ ...ALL, hosts: ["tag:role"] }, false],
    [{ ...ALL, rules: ["disk-*"] }, true],
    [{ ...ALL, hosts: ["web-1"], rules: ["cpu-*"] }, false],
    [{ ...ALL, labels: { path: "/v*" } }, true],
    [{ ...ALL, labels: { device: "*" } }, false],
  ])("%j: %s", (matchers, isCovered) => expect(covers(matchers, one)).toBe(isCovered));

  test("but no selector of hosts chooses the poller itself", () => {
    expect(covers({ ...ALL, hosts: ["*"] }, { ...one, host: "" })).toBe(false);
    expect(covers(ALL, { ...one, host: "" })).toBe(true);
  });

  test("only while it is active, and the first of several", () => {
    const silences = [silence(1, { state: "pending" }), silence(2), silence(3)];
    expect(coveringSilence(silences, one)?.id).toBe(2);
  });
});
