/** Every host as a tile, the worst first. */

import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import { fleet } from "../../state/fleet";
import type { HostRecord } from "../../state/fleet/hostRecord";
import { arrange, byName, worstRank } from "../fleet/arrange";
import { readView } from "../fleet/view";
import { Tile } from "./Tile";
import { fitTiles, GAP_PIXELS, sickTiles, type TileGrid, tileLevel, tileTextPixels } from "./tiles";
import { type Size, useSize } from "./useSize";

const WORST_FIRST = readView(new URLSearchParams());
/** Ranks from here on are those of hosts that are well or paused. */
const WELL_RANK = 6;
const NARROW_TILE_PIXELS = { width: 150, height: 80 };

interface WallProps {
  readonly isNarrow: boolean;
  /** Drawn anew with each. */
  readonly revision: number;
}

export function Wall({ isNarrow }: WallProps) {
  const [wall, size] = useSize<HTMLElement>();
  const alphabetical = useMemo(() => byName(fleet.hosts.values()), [fleet.membership]);
  const hosts = arrange(alphabetical, WORST_FIRST)[0]?.hosts ?? [];
  return (
    <section class="kiosk-wall" ref={wall} aria-label={t("kiosk.wall")}>
      {hosts.length === 0 ? (
        <p class="kiosk-wait">{t("kiosk.empty")}</p>
      ) : isNarrow ? (
        <Tiles hosts={hosts} grid={narrowGrid(size)} />
      ) : (
        <FittedTiles hosts={hosts} size={size} />
      )}
    </section>
  );
}

/** Where tiles have no room for names, the sick hosts have larger ones of their own above them. */
function FittedTiles({ hosts, size }: { hosts: readonly HostRecord[]; size: Size }) {
  const all = useMemo(
    () => fitTiles(hosts.length, size.width, size.height),
    [hosts.length, size.width, size.height],
  );
  if (tileLevel(all) !== "mark") return <Tiles hosts={hosts} grid={all} />;
  const sick = sickTiles(hosts.filter((host) => worstRank(host) < WELL_RANK).length, size.width, size.height);
  const rows = Math.ceil(sick.count / sick.grid.columns);
  const height = size.height - rows * (sick.grid.height + GAP_PIXELS) - GAP_PIXELS;
  const others = hosts.slice(sick.count);
  return (
    <>
      {sick.count > 0 ? <Tiles hosts={hosts.slice(0, sick.count)} grid={sick.grid} /> : null}
      <Tiles hosts={others} grid={fitTiles(others.length, size.width, height)} />
    </>
  );
}

function Tiles({ hosts, grid }: { hosts: readonly HostRecord[]; grid: TileGrid }) {
  const level = tileLevel(grid);
  return (
    <ul
      class="kiosk-tiles"
      style={{
        gap: `${GAP_PIXELS}px`,
        fontSize: `${tileTextPixels(grid)}px`,
        gridTemplateColumns: `repeat(${grid.columns}, ${grid.width}px)`,
        gridAutoRows: `${grid.height}px`,
      }}
    >
      {hosts.map((record) => (
        <Tile key={record.name} record={record} version={record.version} level={level} />
      ))}
    </ul>
  );
}

function narrowGrid({ width }: Size): TileGrid {
  const columns = Math.max(1, Math.floor((width + GAP_PIXELS) / (NARROW_TILE_PIXELS.width + GAP_PIXELS)));
  const tileWidth = Math.floor((width - GAP_PIXELS * (columns - 1)) / columns);
  return { columns, width: tileWidth, height: NARROW_TILE_PIXELS.height };
}
