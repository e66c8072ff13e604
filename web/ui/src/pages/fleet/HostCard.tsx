/** A host as a card. */

import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { href } from "../../router";
import type { HostRecord } from "../../state/fleet/hostRecord";
import { classes } from "../../ui/classes";
import {
  AgeFigure,
  AlertsFigure,
  CpuFigure,
  DiskFigure,
  hasOldFigures,
  LoadFigure,
  MemoryFigure,
  NetworkFigure,
  StateFigure,
  TrendFigure,
  useHasFigures,
  useLooks,
} from "./figures";

interface HostCardProps {
  readonly record: HostRecord;
  readonly isChosen: boolean;
}

const TREND_PIXELS = 92;

export function HostCard({ record, isChosen }: HostCardProps) {
  useLooks(record);
  const hasFigures = useHasFigures(record);
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
        <AlertsFigure record={record} />
        <span class="small-note">
          <AgeFigure record={record} />
        </span>
      </header>
      <div class="card-state">
        <StateFigure record={record} />
        <TrendFigure record={record} widthPixels={TREND_PIXELS} />
      </div>
      {hasFigures ? <CardFigures record={record} /> : <p class="card-detail">{record.detail}</p>}
    </article>
  );
}

function CardFigures({ record }: Pick<HostCardProps, "record">) {
  return (
    <>
      <dl class="card-figures">
        <Figure name={t("fleet.column.cpu")}>
          <CpuFigure record={record} />
        </Figure>
        <Figure name={t("fleet.column.memory")}>
          <MemoryFigure record={record} />
        </Figure>
        <Figure name={t("fleet.card.load")}>
          <LoadFigure record={record} />
        </Figure>
        <Figure name={t("fleet.column.disk")}>
          <DiskFigure record={record} />
        </Figure>
      </dl>
      <NetworkFigure record={record} />
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
