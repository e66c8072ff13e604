/** One silence of the list. */

import type { SilenceView } from "../../api/types";
import { formatRelative } from "../../format/time";
import { t } from "../../i18n";
import { href } from "../../router";
import { now } from "../../state/clock";
import { may } from "../../state/session";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Time } from "../../ui/Time";
import { scheduleText, spanOf } from "./texts";
import { labelsText } from "./words";

interface SilenceRowProps {
  readonly silence: SilenceView;
  /** The address means this one. */
  readonly isChosen: boolean;
  onEnd(silence: SilenceView): void;
  onAgain(silence: SilenceView): void;
}

export function SilenceRow({ silence, isChosen, onEnd, onAgain }: SilenceRowProps) {
  const schedule = scheduleText(silence);
  return (
    <li class={classes("entry", isChosen && "entry-chosen")}>
      <div class="entry-main">
        <About silence={silence} />
        {silence.comment ? <p class="keeps-lines">{silence.comment}</p> : null}
        <p class="muted">
          #{silence.id} · {t("silences.by", { name: silence.created_by })} · <Time at={silence.created_at} />
        </p>
      </div>
      <div class="entry-facts">
        {schedule ? <p>{schedule}</p> : null}
        <p>{spanOf(silence)}</p>
        <NextChange silence={silence} />
        {silence.state === "active" ? <AlertCount silence={silence} /> : null}
      </div>
      {may("operator") ? (
        <div class="entry-actions">
          <Button title={t("silences.again.label")} onClick={() => onAgain(silence)}>
            {t("silences.again")}
          </Button>
          {silence.state === "expired" ? null : (
            <Button kind="danger" onClick={() => onEnd(silence)}>
              {silence.state === "active" ? t("silences.end") : t("silences.remove")}
            </Button>
          )}
        </div>
      ) : null}
    </li>
  );
}

function About({ silence }: { silence: SilenceView }) {
  if (silence.everything) return <p class="entry-title">{t("silences.about.everything")}</p>;
  const parts = [
    [t("silences.hosts"), silence.hosts.join(", ")],
    [t("silences.rules"), silence.rules.join(", ")],
    [t("silences.labels"), labelsText(silence.labels)],
  ].filter(([, text]) => text);
  return (
    <dl class="entry-title about">
      {parts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** When one that comes back does so. */
function NextChange({ silence }: { silence: SilenceView }) {
  if (silence.state === "expired" || !silence.schedule || silence.next_change_at === null) return null;
  const key = silence.state === "active" ? "silences.next.ends" : "silences.next.begins";
  const time = formatRelative(Date.parse(silence.next_change_at), now.value);
  return <p class="muted">{t(key, { time })}</p>;
}

function AlertCount({ silence }: { silence: SilenceView }) {
  const count = silence.alerts.length;
  if (count === 0) return <p class="muted">{t("silences.covers.none")}</p>;
  return (
    <p>
      <a href={`${href("alerts")}?tab=silenced`}>
        <Badge kind="accent">{t("silences.covers", { count })}</Badge>
      </a>
    </p>
  );
}
