/** A host as a line of the table. */

import { href, navigate } from "../../router";
import type { HostRecord } from "../../state/fleet/hostRecord";
import { classes } from "../../ui/classes";
import {
  AgeFigure,
  AlertsFigure,
  CpuTrendFigure,
  DiskFigure,
  hasOldFigures,
  LoadFigure,
  MemoryFigure,
  NetworkFigure,
  StateFigure,
  TagsFigure,
  useLooks,
} from "./figures";

interface HostRowProps {
  readonly record: HostRecord;
  readonly row: number;
  readonly isChosen: boolean;
}

export function HostRow({ record, row, isChosen }: HostRowProps) {
  useLooks(record);
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
        <StateFigure record={record} />
      </td>
      <th scope="row" class="col-name">
        <a href={address}>{record.name}</a>
        <TagsFigure record={record} />
      </th>
      <td class="col-age">
        <AgeFigure record={record} />
      </td>
      <td class="col-cpu">
        <CpuTrendFigure record={record} />
      </td>
      <td class="col-meter">
        <MemoryFigure record={record} />
      </td>
      <td class="col-load">
        <LoadFigure record={record} />
      </td>
      <td class="col-meter">
        <DiskFigure record={record} />
      </td>
      <td class="col-network">
        <NetworkFigure record={record} />
      </td>
      <td class="col-alerts">
        <AlertsFigure record={record} />
      </td>
    </tr>
  );
}
