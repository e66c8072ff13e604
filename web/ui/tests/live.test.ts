import { describe, expect, test } from "vitest";
import { type ConnectionState, type LiveParts, LiveStream } from "../src/api/live";
import type { LiveEventName, SourceListener } from "../src/api/liveSource";

/** A source that does what the test says. */
class FakeSource {
  isClosed = false;

  constructor(
    readonly url: string,
    private readonly listener: SourceListener,
  ) {}

  close(): void {
    this.isClosed = true;
  }

  tell(name: LiveEventName, document: unknown): void {
    this.listener.told(name, document);
  }

  fail({ hasGivenUp }: { hasGivenUp: boolean }): void {
    this.listener.lost(hasGivenUp);
  }
}

/** A stream with a clock and a server of the test's own. */
function streamUnderTest() {
  const sources: FakeSource[] = [];
  const timers: { at: number; action: () => void }[] = [];
  const states: ConnectionState[] = [];
  const heard: unknown[] = [];
  const under = { sources, states, heard, clock: 0, isServerThere: true, advance };
  const parts: LiveParts = {
    open: (url, listener) => {
      const source = new FakeSource(url, listener);
      sources.push(source);
      return source;
    },
    check: async () => under.isServerThere,
    after: (milliseconds, action) => {
      const timer = { at: under.clock + milliseconds, action };
      timers.push(timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
  };
  async function advance(milliseconds: number): Promise<void> {
    const end = under.clock + milliseconds;
    for (;;) {
      const next = timers.filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      timers.splice(timers.indexOf(next), 1);
      under.clock = next.at;
      next.action();
      await Promise.resolve();
      await Promise.resolve();
    }
    under.clock = end;
  }
  const listener = {
    connection: (state: ConnectionState) => states.push(state),
    samples: (document: unknown) => heard.push(document),
  };
  const stream = new LiveStream(listener, { host: ["web 1"], fields: "all" }, parts);
  return { ...under, under, stream };
}

describe("the live stream", () => {
  test("asks for what is wanted and passes events on", () => {
    const { sources, heard, states } = streamUnderTest();
    expect(sources[0]?.url).toBe("/api/v1/live?host=web+1&fields=all");
    sources[0]?.tell("samples", { time: "t", hosts: [] });
    sources[0]?.tell("inventory", {});
    expect(heard).toEqual([{ time: "t", hosts: [] }]);
    expect(states).toEqual(["live"]);
  });

  test("is stale at once when it is lost, and disconnected after a while", async () => {
    const { sources, states, advance } = streamUnderTest();
    sources[0]?.tell("samples", {});
    sources[0]?.fail({ hasGivenUp: false });
    expect(states.at(-1)).toBe("stale");
    await advance(10_000);
    expect(states.at(-1)).toBe("disconnected");
    sources[0]?.tell("samples", {});
    expect(states.at(-1)).toBe("live");
  });

  test("leaves coming back to the browser as long as that tries", async () => {
    const { sources, advance } = streamUnderTest();
    sources[0]?.tell("samples", {});
    sources[0]?.fail({ hasGivenUp: false });
    await advance(20_000);
    expect(sources).toHaveLength(1);
  });

  test("opens anew when the browser has given up and the server is there", async () => {
    const { sources, advance } = streamUnderTest();
    sources[0]?.fail({ hasGivenUp: true });
    await advance(1_500);
    expect(sources).toHaveLength(2);
  });

  test("waits longer each time while the server is away", async () => {
    const { sources, advance, under } = streamUnderTest();
    under.isServerThere = false;
    sources[0]?.fail({ hasGivenUp: true });
    await advance(60_000);
    expect(sources).toHaveLength(1);
    under.isServerThere = true;
    await advance(15_000);
    expect(sources).toHaveLength(2);
  });

  test("that is quiet is trusted only while the server answers", async () => {
    const { sources, states, advance, under } = streamUnderTest();
    sources[0]?.tell("samples", {});
    await advance(100_000);
    expect(states).toEqual(["live"]);
    under.isServerThere = false;
    await advance(45_000);
    expect(states).toEqual(["live", "stale", "disconnected"]);
    expect(sources[0]?.isClosed).toBe(true);
  });

  test("that is closed tells nothing more and opens nothing", async () => {
    const { sources, states, stream, advance } = streamUnderTest();
    sources[0]?.fail({ hasGivenUp: true });
    stream.close();
    await advance(60_000);
    expect(sources).toHaveLength(1);
    expect(states).toEqual([]);
  });
});
