/** The inventory as a table, of which only the rows in the window are drawn. */

import { useRef, useState } from "preact/hooks";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { useKey } from "../../keyboard";
import { navigate } from "../../router";
import { rowOffsets, useVirtualRows } from "../../ui/useVirtualRows";
import { HostLine } from "./HostLine";
import { settingsHref } from "./paths";

const ROW_PIXELS = 40;
const COLUMNS = ["host", "address", "origin", "tags", "interval"] as const;
const LEAST_COLUMNS = 3;

interface HostTableProps {
  readonly hosts: readonly HostView[];
  onChanged(): void;
}

export function HostTable({ hosts, onChanged }: HostTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const offsets = rowOffsets(hosts.length, () => ROW_PIXELS);
  const range = useVirtualRows(body, offsets);
  const chosen = useChosen(body, hosts);
  return (
    <table class="fleet-table inventory-table" aria-rowcount={hosts.length + 1}>
      <caption class="visually-hidden">{t("inventory.title")}</caption>
      <thead>
        <tr aria-rowindex={1}>
          {COLUMNS.map((name) => (
            <th key={name} scope="col" class={`inventory-${name}`}>
              {t(`inventory.column.${name}`)}
            </th>
          ))}
          <th scope="col" class="inventory-actions">
            <span class="visually-hidden">{t("inventory.column.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Space pixels={range.abovePixels} />
        {hosts.slice(range.first, range.end).map((host, index) => (
          <HostLine
            key={host.name}
            host={host}
            row={range.first + index}
            isChosen={host.name === chosen}
            onChanged={onChanged}
          />
        ))}
        <Space pixels={range.belowPixels} />
      </tbody>
    </table>
  );
}

function Space({ pixels }: { pixels: number }) {
  return (
    <tr aria-hidden="true" class="fleet-space" style={{ height: `${pixels}px` }}>
      <td colSpan={LEAST_COLUMNS} />
    </tr>
  );
}

/** `j` and `k` go on and back, Enter opens. */
function useChosen(body: { current: HTMLElement | null }, hosts: readonly HostView[]): string | null {
  const [chosen, setChosen] = useState<string | null>(null);
  const go = (by: number) => {
    const at = hosts.findIndex((host) => host.name === chosen);
    const next = Math.max(0, Math.min(hosts.length - 1, at + by));
    setChosen(hosts[next]?.name ?? null);
    reveal(body.current, next * ROW_PIXELS);
  };
  useKey("j", () => go(1));
  useKey("k", () => go(-1));
  useKey("Enter", (event) => {
    const isElsewhere = event.target instanceof Element && event.target.closest("a, button") !== null;
    if (chosen !== null && !isElsewhere) navigate(settingsHref(chosen));
  });
  useKey("Escape", () => setChosen(null));
  return chosen;
}

function reveal(body: HTMLElement | null, pixels: number): void {
  if (!body) return;
  const top = body.getBoundingClientRect().top + pixels;
  if (top < 2 * ROW_PIXELS) scrollBy(0, top - 2 * ROW_PIXELS);
  else if (top + 3 * ROW_PIXELS > innerHeight) scrollBy(0, top + 3 * ROW_PIXELS - innerHeight);
}
