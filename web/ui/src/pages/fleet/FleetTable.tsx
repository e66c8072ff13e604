/** The fleet as a table: a line for each host, of which only those in the window are drawn. */

import { useMemo, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Memo } from "../../ui/Memo";
import { rowOffsets, useVirtualRows } from "../../ui/useVirtualRows";
import type { HostGroup } from "./arrange";
import { ColumnHead } from "./ColumnHead";
import { GroupHead } from "./GroupHead";
import { HostRow } from "./HostRow";
import { linesOf } from "./lines";
import { useChosenHost } from "./useChosenHost";
import type { FleetView } from "./view";

const ROW_PIXELS = 34;

/** Column -> class; a narrow window leaves out the less important ones. */
const COLUMNS = [
  ["state", "col-state"],
  ["name", "col-name"],
  ["age", "col-age"],
  ["cpu", "col-cpu"],
  ["memory", "col-meter"],
  ["load", "col-load"],
  ["disk", "col-meter"],
  ["network", "col-network"],
  ["alerts", "col-alerts"],
] as const;

/** As many as the narrowest window shows: a wider cell would make columns of its own there. */
const LEAST_COLUMNS = 5;
const EXTRA_COLUMNS = ["col-age", "col-load", "col-network", "col-alerts"] as const;

interface FleetTableProps {
  readonly groups: readonly HostGroup[];
  readonly view: FleetView;
  onView(view: FleetView): void;
}

export function FleetTable({ groups, view, onView }: FleetTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const lines = useMemo(() => linesOf(groups, 1, view.group !== null), [groups, view.group]);
  const offsets = useMemo(() => rowOffsets(lines.length, () => ROW_PIXELS), [lines]);
  const range = useVirtualRows(body, offsets);
  const chosen = useChosenHost(body, lines, offsets);
  return (
    <table class="fleet-table" aria-rowcount={lines.length + 1}>
      <caption class="visually-hidden">{t("fleet.title")}</caption>
      <thead>
        <tr aria-rowindex={1}>
          {COLUMNS.map(([key, name]) => (
            <ColumnHead key={key} column={key} name={name} view={view} onView={onView} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        <Space pixels={range.abovePixels} />
        {lines.slice(range.first, range.end).map((line, index) => {
          if (line.kind === "head") {
            const key = `group ${line.group.value}`;
            return <GroupRow key={key} group={line.group} tag={view.group ?? ""} row={range.first + index} />;
          }
          const record = line.hosts[0];
          if (!record) return null;
          const row = range.first + index;
          const isChosen = record.name === chosen;
          return (
            <Memo key={record.name} on={`${row} ${isChosen}`}>
              <HostRow record={record} row={row} isChosen={isChosen} />
            </Memo>
          );
        })}
        <Space pixels={range.belowPixels} />
      </tbody>
    </table>
  );
}

function GroupRow({ group, tag, row }: { group: HostGroup; tag: string; row: number }) {
  return (
    <tr class="fleet-group" aria-rowindex={row + 2}>
      <th scope="rowgroup" colSpan={LEAST_COLUMNS}>
        <GroupHead group={group} tag={tag} />
      </th>
      {EXTRA_COLUMNS.map((name) => (
        <td key={name} class={name} />
      ))}
    </tr>
  );
}

/** Stands for rows that are not drawn. */
function Space({ pixels }: { pixels: number }) {
  return (
    <tr aria-hidden="true" class="fleet-space" style={{ height: `${pixels}px` }}>
      <td colSpan={LEAST_COLUMNS} />
    </tr>
  );
}
