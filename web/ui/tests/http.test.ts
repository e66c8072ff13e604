import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { get, getAhead } from "../src/api/http";
import { ApiProblem } from "../src/api/problem";

let asked: string[] = [];
let status = 200;

beforeEach(() => {
  asked = [];
  status = 200;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return Response.json({ number: asked.length, status, detail: "no" }, { status });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a document asked for ahead", () => {
  test("is taken once by whoever asks next", async () => {
    getAhead("/hosts/web-1");
    expect(await get("/hosts/web-1")).toMatchObject({ number: 1 });
    expect(await get("/hosts/web-1")).toMatchObject({ number: 2 });
    expect(asked).toEqual(["/api/v1/hosts/web-1", "/api/v1/hosts/web-1"]);
  });

  test("is no answer to another question", async () => {
    getAhead("/hosts/web-1");
    expect(await get("/hosts/web-2")).toMatchObject({ number: 2 });
    expect(await get("/hosts/web-1", { query: { fields: "all" } })).toMatchObject({ number: 3 });
  });

  test("is forgotten when nobody wanted it", async () => {
    getAhead("/hosts/web-1");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await get("/hosts/web-1")).toMatchObject({ number: 2 });
  });

  test("that is refused is the problem of whoever takes it", async () => {
    status = 404;
    getAhead("/hosts/web-1");
    await expect(get("/hosts/web-1")).rejects.toBeInstanceOf(ApiProblem);
  });
});
