/** The host page's view and its address. */

import { expect, test } from "vitest";
import { neighbourRange } from "../../src/pages/host/ranges";
import { fixedTime, type HostPageView, queryOf, readView } from "../../src/pages/host/view";
import { viewChanges } from "../../src/pages/host/viewChanges";

function addressOf(view: HostPageView): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(queryOf(view)))
    if (value !== null) query.set(name, String(value));
  return query;
}

const DEFAULT = readView(new URLSearchParams());

test("a bare address shows the last hour, live", () => {
  expect(DEFAULT).toEqual({ range: "1h", fixed: null, isLive: true, hidden: [], alert: null });
  expect([...addressOf(DEFAULT).keys()]).toEqual([]);
});

test("an address reproduces the view that made it", () => {
  const views: HostPageView[] = [
    { ...DEFAULT, range: "24h", isLive: false, hidden: ["cpu", "poll"] },
    { ...DEFAULT, fixed: { start: 1_700_000_000, end: 1_700_003_600 }, isLive: false, alert: 42 },
    { ...DEFAULT, range: "2y" },
  ];
  for (const view of views) expect(readView(addressOf(view))).toEqual(view);
});

test("what an address says wrongly is as if it were not there", () => {
  const query = new URLSearchParams("range=5y&from=soon&to=never&hide=kitchen&alert=x&live=yes");
  expect(readView(query)).toEqual(DEFAULT);
  expect(readView(new URLSearchParams("from=2000&to=1000")).fixed).toBeNull();
});

test("an alert is pointed out by query or fragment", () => {
  expect(readView(new URLSearchParams("alert=7")).alert).toBe(7);
  expect(readView(new URLSearchParams(), "#alert-42").alert).toBe(42);
  expect(readView(new URLSearchParams(), "#content").alert).toBeNull();
});

test("a drag over almost nothing is widened to ten seconds", () => {
  expect(fixedTime(1_000, 1_002)).toEqual({ start: 996, end: 1_006 });
});

test("ranges step to the next, and a zoom to the nearest", () => {
  expect(neighbourRange(3_600, 1)).toBe("3h");
  expect(neighbourRange(3_600, -1)).toBe("15m");
  expect(neighbourRange(900, -1)).toBe("15m");
  expect(neighbourRange(63_072_000, 1)).toBe("2y");
  expect(neighbourRange(5_000, 1)).toBe("3h");
  expect(neighbourRange(5_000, -1)).toBe("1h");
});

test("zoom stops the live mode, and the way back starts it again", () => {
  const shown: HostPageView[] = [];
  viewChanges({ ...DEFAULT, range: "24h" }, (view) => shown.push(view)).zoom(1_000, 2_000);
  expect(shown[0]).toMatchObject({ range: "24h", fixed: { start: 1_000, end: 2_000 }, isLive: false });
  if (shown[0]) viewChanges(shown[0], (view) => shown.push(view)).reset();
  expect(shown[1]).toMatchObject({ range: "24h", fixed: null, isLive: true });
});

test("a zoom is a step to go back from, and hiding charts is none", () => {
  const steps: boolean[] = [];
  const change = viewChanges(DEFAULT, (_, { replace }) => steps.push(replace !== true));
  change.zoom(1_000, 2_000);
  change.hide("cpu", true);
  expect(steps).toEqual([true, false]);
});
