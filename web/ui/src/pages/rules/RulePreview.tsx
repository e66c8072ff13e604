/** When a rule would have fired. */

import { useState } from "preact/hooks";
import { messageOf } from "../../api/problem";
import type { RuleTestView, Severity } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { format, formatDateTime } from "../../format/time";
import { t } from "../../i18n";
import { href } from "../../router";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Select } from "../../ui/Select";
import { labelsText } from "../silences/words";
import { type EpisodeLine, episodeLines } from "./episodes";
import type { Replay } from "./useReplay";

export const SPANS = ["-24h", "-7d", "-30d"] as const;

export type ReplaySpan = (typeof SPANS)[number];

const FEW = 8;
const LEAST_WIDTH = 0.4;

interface RulePreviewProps {
  readonly replay: Replay;
  readonly severity: Severity;
  readonly span: ReplaySpan;
  /** Why nothing is asked: there is no condition yet. */
  readonly isEmpty: boolean;
  onSpan(span: ReplaySpan): void;
}

export function RulePreview({ replay, severity, span, isEmpty, onSpan }: RulePreviewProps) {
  return (
    <section class="panel rule-preview" aria-label={t("rules.preview")} aria-busy={replay.isRunning}>
      <div class="expression-head">
        <h2>{t("rules.preview")}</h2>
        <Select
          label={t("rules.preview.span")}
          value={span}
          options={SPANS.map((one) => [one, t(`rules.preview.span.${one}`)] as const)}
          onChange={onSpan}
        />
      </div>
      <div aria-live="polite">
        <Finding replay={replay} isEmpty={isEmpty} span={span} />
      </div>
      {replay.result && !isEmpty ? (
        <div class={classes(replay.isOld && "preview-old")}>
          <Episodes test={replay.result} severity={severity} />
        </div>
      ) : null}
    </section>
  );
}

function Finding({ replay, isEmpty, span }: Pick<RulePreviewProps, "replay" | "isEmpty" | "span">) {
  const { result, error, faults, isRunning } = replay;
  if (isEmpty) return <p class="muted">{t("rules.preview.empty")}</p>;
  if (isRunning) return <p class="muted">{t("rules.preview.running")}</p>;
  if (error) return <p class="field-error">{messageOf(error)}</p>;
  if (faults.size > 0) return <p class="muted">{t("rules.preview.faults")}</p>;
  if (!result) return null;
  const over = t(`rules.preview.over.${span}`);
  if (result.hosts === 0) return <p>{t("rules.preview.noHosts")}</p>;
  const lines = new Set(result.alerts.map((one) => one.host));
  return (
    <>
      <p class="preview-count">
        {result.alerts.length === 0
          ? t("rules.preview.never", { over })
          : t("rules.preview.fired", { count: result.alerts.length, over })}
      </p>
      <p class="muted">
        {t("rules.preview.hosts", { fired: lines.size, count: result.hosts })} ·{" "}
        {t("rules.preview.step", { step: formatDuration(result.step_seconds) })}
      </p>
      {result.truncated ? <p class="muted">{t("rules.preview.truncated")}</p> : null}
    </>
  );
}

function Episodes({ test, severity }: { test: RuleTestView; severity: Severity }) {
  const [areAllShown, setAllShown] = useState(false);
  const lines = episodeLines(test);
  if (lines.length === 0) return null;
  const firstLines = areAllShown ? lines : lines.slice(0, FEW);
  const day = format({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  return (
    <>
      <ul class="episodes stack-4" aria-label={t("rules.preview.episodes")}>
        {firstLines.map((line) => (
          <Line key={JSON.stringify([line.host, line.labels])} line={line} severity={severity} />
        ))}
      </ul>
      <p class="episodes-axis">
        <span>{day.format(Date.parse(test.start))}</span>
        <span>{day.format(Date.parse(test.end))}</span>
      </p>
      {lines.length > FEW ? (
        <Button kind="quiet" aria-expanded={areAllShown} onClick={() => setAllShown(!areAllShown)}>
          {areAllShown ? t("rules.preview.fewer") : t("rules.preview.all", { count: lines.length - FEW })}
        </Button>
      ) : null}
    </>
  );
}

function Line({ line, severity }: { line: EpisodeLine; severity: Severity }) {
  const labels = labelsText(line.labels);
  const summary = t("rules.preview.line", {
    count: line.episodes.length,
    duration: formatDuration(Math.round(line.firingSeconds)),
  });
  return (
    <li>
      <span class="episode-name" title={labels}>
        <a href={href("host", { name: line.host })}>{line.host}</a> <span class="muted">{labels}</span>
      </span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={summary}>
        <title>{summary}</title>
        {line.episodes.map((one) => (
          <rect
            key={one.start}
            class={classes("episode", `episode-${severity}`)}
            x={Math.min(one.from * 100, 100 - LEAST_WIDTH)}
            y="1"
            width={Math.max(LEAST_WIDTH, (one.to - one.from) * 100)}
            height="8"
          >
            <title>{`${formatDateTime(one.start)} – ${one.end === null ? t("rules.preview.still") : formatDateTime(one.end)}`}</title>
          </rect>
        ))}
      </svg>
    </li>
  );
}
