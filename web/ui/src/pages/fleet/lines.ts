/** The lines of a list with groups: a group's head, or so many hosts side by side. */

import type { HostRecord } from "../../state/fleet/hostRecord";
import type { HostGroup } from "./arrange";

export type Line =
  | { readonly kind: "head"; readonly group: HostGroup }
  | { readonly kind: "hosts"; readonly hosts: readonly HostRecord[] };

/** The groups' lines, each with at most `across` hosts; heads only where hosts are grouped. */
export function linesOf(groups: readonly HostGroup[], across: number, hasHeads: boolean): Line[] {
  const lines: Line[] = [];
  for (const group of groups) {
    if (hasHeads) lines.push({ kind: "head", group });
    for (let at = 0; at < group.hosts.length; at += across) {
      lines.push({ kind: "hosts", hosts: group.hosts.slice(at, at + across) });
    }
  }
  return lines;
}

/** The line that has a host; -1 where none has. */
export function lineOfHost(lines: readonly Line[], name: string | null): number {
  return lines.findIndex((line) => line.kind === "hosts" && line.hosts.some((host) => host.name === name));
}
