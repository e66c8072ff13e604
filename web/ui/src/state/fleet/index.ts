/** The fleet of this page, kept up to date while somebody is logged in.
 *
 * Read `revision` (or `summary`) in a component, then `fleet`: the record of a host is the same object for as
 * long as the host is there, and `version` says whether it changed. However much the stream brings, `revision`
 * and the `frameVersion` of each record grow at most once a frame.
 */

import { batch, computed, signal } from "@preact/signals";
import { askHistory } from "../../api/history";
import { get } from "../../api/http";
import type { ConnectionState, LiveListener, LiveStream } from "../../api/live";
import { getAll } from "../../api/pages";
import type { AlertView, CurrentHostView, CurrentView, LiveAlert } from "../../api/types";
import { noteServerTime, now } from "../clock";
import { Fleet } from "./fleet";
import { openFleet } from "./fleetStream";
import type { PackedHosts } from "./packed";

const MAX_ASKED_HOSTS = 40;
const MAX_ALERTS = 1000;
const HIDDEN_MILLISECONDS = 1000;
const FILL_DELAY_MILLISECONDS = 50;
const OPENING_MILLISECONDS = 400;

/** Hosts and open alerts. */
export const fleet = new Fleet();

/** Grows when anything in the fleet has changed. */
export const revision = signal(0);

/** Whether there has been a snapshot. */
export const isLoaded = signal(false);

/** Whether the open alerts are known. */
export const areAlertsLoaded = signal(false);

/** How the stream fares. */
export const connection = signal<ConnectionState>("connecting");

/** When the stream last brought anything, in milliseconds of monctl's clock. */
export const lastNews = signal<number | null>(null);

/** Hosts by state, and how many alerts fire. */
export const summary = computed(() => {
  revision.value;
  return { states: fleet.countStates(), hosts: fleet.hosts.size, firing: fleet.alerts.firing };
});

let stream: LiveStream<PackedHosts> | null = null;
let opening: ReturnType<typeof setTimeout> | undefined;
let isBumpPending = false;
let alertsMeanwhile: LiveAlert[] | null = null;
let areHalfHoursWanted = false;
let areHalfHoursFilled = false;

/** Fetches the half hours of all hosts, once: for a page that draws them, and not before. */
export function wantHalfHours(): void {
  areHalfHoursWanted = true;
  if (isLoaded.peek()) fillHalfHours();
}

function fillHalfHours(): void {
  if (!areHalfHoursWanted || areHalfHoursFilled) return;
  areHalfHoursFilled = true;
  setTimeout(() => void loadHalfHours(), FILL_DELAY_MILLISECONDS);
}

/** Begins to listen: at once for a page of the whole fleet, whose snapshot takes other pages' time to draw. */
export function startFleet({ isWholeFleetShown }: { isWholeFleetShown: boolean }): void {
  if (isWholeFleetShown) listen();
  else opening ??= setTimeout(listen, OPENING_MILLISECONDS);
}

function listen(): void {
  stream ??= openFleet(listener);
}

/** Stops, and forgets everything. */
export function stopFleet(): void {
  clearTimeout(opening);
  opening = undefined;
  stream?.close();
  stream = null;
  alertsMeanwhile = null;
  areHalfHoursWanted = areHalfHoursFilled = false;
  fleet.clear();
  isLoaded.value = false;
  areAlertsLoaded.value = false;
  lastNews.value = null;
  connection.value = "connecting";
  bump();
}

const listener: LiveListener<PackedHosts> = {
  snapshot(document) {
    note(document.time);
    fleet.applyPacked(document);
    isLoaded.value = true;
    bump();
    void loadAlerts();
    areHalfHoursFilled = false;
    fillHalfHours();
  },
  samples(document) {
    note(document.time);
    fleet.applyPacked(document);
    bump();
  },
  state(document) {
    note(document.time);
    fleet.applyState(document);
    bump();
  },
  inventory(document) {
    note(document.time);
    const names = fleet.applyInventory(document);
    bump();
    if (names.length > 0) void askAgain(names);
  },
  alert(document) {
    alertsMeanwhile?.push(document);
    fleet.applyAlert(document);
    bump();
  },
  connection(state) {
    connection.value = state;
  },
};

/** Takes how one host is from another stream, which may be before the snapshot of all. */
export function takeHost(view: CurrentHostView): void {
  fleet.applyCondition(view);
  bump();
}

function note(time: string): void {
  const milliseconds = Date.parse(time);
  noteServerTime(milliseconds);
  lastNews.value = milliseconds;
}

/** Draws once for all that came within a frame; a hidden page has no frames. */
function bump(): void {
  if (isBumpPending) return;
  isBumpPending = true;
  const draw = () => {
    isBumpPending = false;
    batch(() => {
      for (const record of fleet.hosts.values()) record.frameVersion.value = record.version;
      revision.value += 1;
    });
  };
  if (document.hidden) setTimeout(draw, HIDDEN_MILLISECONDS);
  else requestAnimationFrame(draw);
}

async function loadAlerts(): Promise<void> {
  const meanwhile: LiveAlert[] = [];
  alertsMeanwhile = meanwhile;
  try {
    fleet.replaceAlerts(await getAll<AlertView>("/alerts", {}, { limit: MAX_ALERTS }));
  } catch {
    return; // the fleet is of use without them; the next snapshot tries again
  } finally {
    if (alertsMeanwhile === meanwhile) alertsMeanwhile = null;
  }
  for (const alert of meanwhile) fleet.applyAlert(alert);
  areAlertsLoaded.value = true;
  bump();
}

async function loadHalfHours(): Promise<void> {
  try {
    const history = await askHistory({
      hosts: ["*"],
      metric: "cpu.usage_busy",
      start: "-30m",
      step: "30s",
      labels: ["cpu:cpu-total"],
    });
    fleet.fillHalfHours(history);
    bump();
  } catch {
    return; // the lines begin where the stream does
  }
}

async function askAgain(names: readonly string[]): Promise<void> {
  const host = names.length > MAX_ASKED_HOSTS ? [] : names;
  try {
    const document = await get<CurrentView>("/metrics/current", { query: { host, fields: "summary" } });
    fleet.applyHosts(document.hosts);
    fleet.membership += 1;
    now.value = Date.parse(document.time);
    bump();
  } catch {
    return; // the host is gone again, or its next sample tells
  }
}
