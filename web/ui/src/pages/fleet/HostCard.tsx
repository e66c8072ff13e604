/** A host as a card. */

import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { href } from "../../router";
import type { HostRecord } from "../../state/fleet/hostRecord";
import { classes } from "../../ui/classes";
import { Age } from "../../ui/Time";
import {
  AlertsFigure,
  CpuFigure,
  DiskFigure,
  hasOldFigures,
  LoadFigure,
  MemoryFigure,
  NetworkFigure,
  StateFigure,
  TrendFigure,
} from "./figures";

interface HostCardProps {
  readonly record: HostRecord;
  /** See HostRow. */
  readonly version: number;
  readonly isChosen: boolean;
}

const TREND_PIXELS = 92;

export function HostCard({ record, version, isChosen }: HostCardProps) {
  return (
    <article
      class={classes(
        "card",
        `card-${record.state}`,
        isChosen && "card-chosen",
        hasOldFigures(record) && "card-old",
      )}
    >
      <header class="card-head">
        <a class="card-name" href={href("host", { name: record.name })}>
          {record.name}
        </a>
        <AlertsFigure record={record} version={version} />
        <span class="card-age">{record.pollTime === null ? null : <Age since={record.pollTime} />}</span>
      </header>
      <div class="card-state">
        <StateFigure record={record} version={version} />
        <TrendFigure record={record} version={version} widthPixels={TREND_PIXELS} />
      </div>
      {record.figures.cpuPercent === null ? (
        <p class="card-detail">{record.detail}</p>
      ) : (
        <CardFigures record={record} version={version} />
      )}
    </article>
  );
}

function CardFigures({ record, version }: Pick<HostCardProps, "record" | "version">) {
  return (
    <>
      <dl class="card-figures">
        <Figure name={t("fleet.column.cpu")}>
          <CpuFigure record={record} version={version} />
        </Figure>
        <Figure name={t("fleet.column.memory")}>
          <MemoryFigure record={record} version={version} />
        </Figure>
        <Figure name={t("fleet.card.load")}>
          <LoadFigure record={record} version={version} />
        </Figure>
        <Figure name={t("fleet.column.disk")}>
          <DiskFigure record={record} version={version} />
        </Figure>
      </dl>
      <NetworkFigure record={record} version={version} />
    </>
  );
}

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
