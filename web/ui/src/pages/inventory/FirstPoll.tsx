/** The first measurement of a host that was just added. */

import type { ComponentChildren } from "preact";
import { formatDuration } from "../../format/duration";
import { formatNumber } from "../../format/number";
import { t } from "../../i18n";
import { href } from "../../router";
import { fleet, revision } from "../../state/fleet";
import type { Figures } from "../../state/fleet/hostRecord";
import { LinkButton } from "../../ui/Button";
import { Meter } from "../../ui/Meter";

interface FirstPollProps {
  readonly name: string;
  readonly intervalSeconds: number | null;
}

export function FirstPoll({ name, intervalSeconds }: FirstPollProps) {
  revision.value;
  const record = fleet.hosts.get(name);
  if (record?.state === "paused") return <p class="notice">{t("inventory.first.paused", { name })}</p>;
  if (record?.state !== "ok" || record.okTime === null) {
    const reason = record?.state === "down" || record?.state === "late" ? record.reason : null;
    return (
      <section class="panel" role="status">
        <p class="waiting-line">
          <span class="spinner" aria-hidden="true" /> {t("inventory.first.waiting")}
        </p>
        {reason && reason !== "ok" ? (
          <p class="note">{t("inventory.first.failing", { reason: t(`reason.${reason}`) })}</p>
        ) : null}
      </section>
    );
  }
  const interval = formatDuration(intervalSeconds ?? 5);
  return (
    <section class="panel first-poll" role="status">
      <h2>{t("inventory.first.title", { name })}</h2>
      <p>{t("inventory.first.text", { interval })}</p>
      <FirstFigures figures={record.figures} />
      <div class="form-actions">
        <LinkButton kind="primary" href={href("host", { name })}>
          {t("inventory.first.open")}
        </LinkButton>
        <LinkButton icon="plus" href={href("addHost")}>
          {t("inventory.added.another")}
        </LinkButton>
      </div>
    </section>
  );
}

function FirstFigures({ figures }: { figures: Figures }) {
  return (
    <dl class="first-figures">
      <Figure name={t("inventory.first.cpu")}>
        <Meter percent={figures.cpuPercent} />
      </Figure>
      <Figure name={t("inventory.first.memory")}>
        <Meter percent={figures.memoryPercent} />
      </Figure>
      <Figure name={t("inventory.first.disk")}>
        <Meter percent={figures.diskPercent} title={figures.diskPath ?? undefined} />
      </Figure>
      <Figure name={t("inventory.first.load")}>
        {figures.load1 === null ? "–" : formatNumber(figures.load1, 2)}
      </Figure>
    </dl>
  );
}

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt class="cell-note">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
