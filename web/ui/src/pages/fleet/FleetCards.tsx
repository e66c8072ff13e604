/** The fleet as cards, as many side by side as there is room for. */

import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Memo } from "../../ui/Memo";
import { rowOffsets, useVirtualRows } from "../../ui/useVirtualRows";
import type { HostGroup } from "./arrange";
import { GroupHead } from "./GroupHead";
import { HostCard } from "./HostCard";
import { type Line, linesOf } from "./lines";
import { useChosenHost } from "./useChosenHost";
import type { FleetView } from "./view";

const CARD_PIXELS = 140;
const GAP_PIXELS = 10;
const HEAD_PIXELS = 44;
const LEAST_CARD_PIXELS = 280;

export function FleetCards({ groups, view }: { groups: readonly HostGroup[]; view: FleetView }) {
  const list = useRef<HTMLDivElement>(null);
  const across = useAcross(list);
  const lines = useMemo(() => linesOf(groups, across, view.group !== null), [groups, across, view.group]);
  const offsets = useMemo(() => {
    const pixelsOf = (line: Line | undefined) =>
      line?.kind === "head" ? HEAD_PIXELS : CARD_PIXELS + GAP_PIXELS;
    return rowOffsets(lines.length, (index) => pixelsOf(lines[index]));
  }, [lines]);
  const range = useVirtualRows(list, offsets);
  const chosen = useChosenHost(list, lines, offsets);
  return (
    <div class="cards" ref={list}>
      <div style={{ height: `${range.abovePixels}px` }} />
      {lines.slice(range.first, range.end).map((line) =>
        line.kind === "head" ? (
          <h2 key={`group ${line.group.value}`} class="cards-head">
            <GroupHead group={line.group} tag={view.group ?? ""} />
          </h2>
        ) : (
          <div
            key={line.hosts[0]?.name}
            class="cards-line"
            style={{ gridTemplateColumns: `repeat(${across}, minmax(0, 1fr))` }}
          >
            {line.hosts.map((record) => (
              <Memo key={record.name} on={String(record.name === chosen)}>
                <HostCard record={record} isChosen={record.name === chosen} />
              </Memo>
            ))}
          </div>
        ),
      )}
      <div style={{ height: `${range.belowPixels}px` }} />
    </div>
  );
}

/** How many cards fit side by side. */
function useAcross(list: RefObject<HTMLElement | null>): number {
  const [across, setAcross] = useState(1);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = () => {
      const fitting = Math.floor((element.clientWidth + GAP_PIXELS) / (LEAST_CARD_PIXELS + GAP_PIXELS));
      setAcross(Math.max(1, fitting));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
  return across;
}
