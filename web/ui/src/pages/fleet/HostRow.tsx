/** A host as a line of the table. */

import { href, navigate } from "../../router";
import type { HostRecord } from "../../state/fleet/hostRecord";
import { classes } from "../../ui/classes";
import { Age } from "../../ui/Time";
import {
  AlertsFigure,
  CpuTrendFigure,
  DiskFigure,
  hasOldFigures,
  LoadFigure,
  MemoryFigure,
  NetworkFigure,
  StateFigure,
  TagsFigure,
} from "./figures";

interface HostRowProps {
  readonly record: HostRecord;
  /** The record's version: the record is patched in place, and a line is drawn anew when this changes. */
  readonly version: number;
  readonly row: number;
  readonly isChosen: boolean;
}

export function HostRow({ record, version, row, isChosen }: HostRowProps) {
  const address = href("host", { name: record.name });
  const open = (event: MouseEvent) => {
    const isLink = event.target instanceof Element && event.target.closest("a") !== null;
    if (!isLink && !getSelection()?.toString()) navigate(address);
  };
  return (
    // for the mouse alone: the keyboard has the link in the line
    <tr
      class={classes(
        "fleet-row",
        `fleet-row-${record.state}`,
        isChosen && "fleet-row-chosen",
        hasOldFigures(record) && "fleet-row-old",
      )}
      aria-rowindex={row + 2}
      aria-selected={isChosen}
      onClick={open}
    >
      <td class="col-state">
        <StateFigure record={record} version={version} />
      </td>
      <th scope="row" class="col-name">
        <a href={address}>{record.name}</a>
        <TagsFigure record={record} version={version} />
      </th>
      <td class="col-age">{record.pollTime === null ? "–" : <Age since={record.pollTime} />}</td>
      <td class="col-cpu">
        <CpuTrendFigure record={record} version={version} />
      </td>
      <td class="col-meter">
        <MemoryFigure record={record} version={version} />
      </td>
      <td class="col-load">
        <LoadFigure record={record} version={version} />
      </td>
      <td class="col-meter">
        <DiskFigure record={record} version={version} />
      </td>
      <td class="col-network">
        <NetworkFigure record={record} version={version} />
      </td>
      <td class="col-alerts">
        <AlertsFigure record={record} version={version} />
      </td>
    </tr>
  );
}
