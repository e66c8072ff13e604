/** Hosts as they travel from the thread that listens to the one that draws: numbers in one array.
 *
 * Words are told only when they change, names only once: a thousand documents would have to be copied.
 */

import type { CurrentHostView, CurrentView, HostState, Labels, Outcome, PointView } from "../../api/types";

/** The figures of a summary, in the order in which they travel. */
export const FIGURES = [
  "cpuPercent",
  "memoryPercent",
  "swapPercent",
  "load1",
  "cpuCount",
  "uptimeSeconds",
  "diskPercent",
  "diskBusyPercent",
  "receivedBytesPerSecond",
  "sentBytesPerSecond",
] as const;

/** Numbers of a host: the times of the last poll and of the last good one (milliseconds), then FIGURES. */
export const VALUES = 2 + FIGURES.length;

/** What is said of a host beside numbers. */
export interface HostWords {
  readonly state: HostState;
  readonly reason: Outcome | null;
  readonly detail: string;
  readonly tags: Labels;
  readonly errors: Labels;
  readonly diskPath: string | null;
}

/** What an event says of hosts, each of which has a number from its first mention in a snapshot on. */
export interface PackedHosts {
  readonly time: string;
  /** Whether this is a snapshot, with which numbers begin anew, and which names all hosts that there are. */
  readonly isSnapshot: boolean;
  /** The names of hosts that were not told of before; their numbers go on from the last. */
  readonly names: readonly string[];
  readonly numbers: Uint32Array;
  /** VALUES for each of `numbers`; NaN where one is not known. */
  readonly values: Float64Array;
  /** By number, where they have changed. */
  readonly words: readonly (readonly [number: number, words: HostWords])[];
}

interface PackedHost {
  readonly number: number;
  words: string;
}

/** Packs the events of one stream, one after the other. */
export class Packer {
  private readonly hosts = new Map<string, PackedHost>();

  pack({ time, hosts }: CurrentView, { isSnapshot }: { isSnapshot: boolean }): PackedHosts {
    if (isSnapshot) this.hosts.clear();
    const names: string[] = [];
    const words: [number, HostWords][] = [];
    const numbers = new Uint32Array(hosts.length);
    const values = new Float64Array(hosts.length * VALUES);
    hosts.forEach((view, index) => {
      let host = this.hosts.get(view.host);
      if (!host) {
        host = { number: this.hosts.size, words: "" };
        this.hosts.set(view.host, host);
        names.push(view.host);
      }
      const hostWords = wordsOf(view);
      const text = JSON.stringify(hostWords);
      if (text !== host.words) {
        host.words = text;
        words.push([host.number, hostWords]);
      }
      numbers[index] = host.number;
      values.set(valuesOf(view), index * VALUES);
    });
    return { time, isSnapshot, names, numbers, values, words };
  }
}

/** What a document says of a host beside numbers. */
export function wordsOf({ state, reason, detail, tags, errors, metrics }: CurrentHostView): HostWords {
  return { state, reason, detail, tags, errors, diskPath: metrics.disk?.[0]?.labels.path ?? null };
}

/** The numbers of a document; see VALUES. */
export function valuesOf({ time, ok_time, metrics }: CurrentHostView): Float64Array {
  const { cpu, mem, swap, system, disk, diskio, net } = metrics;
  return Float64Array.of(
    timeOf(time),
    timeOf(ok_time),
    cpuPercent(cpu),
    field(mem, "used_percent"),
    field(swap, "used_percent"),
    field(system, "load1"),
    field(system, "n_cpus"),
    field(system, "uptime"),
    field(disk, "used_percent"),
    field(diskio, "util_percent"),
    field(net, "bytes_recv_per_second"),
    field(net, "bytes_sent_per_second"),
  );
}

/** The share of time at work; samples of earlier versions have it with waiting for disks. */
function cpuPercent(points: readonly PointView[] | undefined): number {
  const busy = field(points, "usage_busy");
  return Number.isNaN(busy) ? field(points, "usage_active") : busy;
}

function field(points: readonly PointView[] | undefined, name: string): number {
  return points?.[0]?.fields[name] ?? Number.NaN;
}

function timeOf(text: string | null): number {
  return text === null ? Number.NaN : Date.parse(text);
}
