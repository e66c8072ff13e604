/** The time shown: ranges, a time of one's own, live mode, and the way back from a zoom. */

import { useState } from "preact/hooks";
import { formatDateTime } from "../../format/time";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Select } from "../../ui/Select";
import { CustomTimeDialog } from "./CustomTimeDialog";
import { RANGES, type RangeName } from "./ranges";
import type { Span } from "./useSpan";
import type { FixedTime, HostPageView } from "./view";

interface RangeBarProps {
  readonly view: HostPageView;
  readonly span: Span;
  onRange(range: RangeName): void;
  onFixed(time: FixedTime): void;
  onLive(isLive: boolean): void;
  onReset(): void;
}

const CUSTOM = "custom";

export function RangeBar({ view, span, onRange, onFixed, onLive, onReset }: RangeBarProps) {
  const [isAsking, setAsking] = useState(false);
  const { range, fixed, isLive } = view;
  const choose = (name: RangeName | typeof CUSTOM) => (name === CUSTOM ? setAsking(true) : onRange(name));
  return (
    <div class="range-bar" role="group" aria-label={t("host.range")}>
      <div class="switch range-switch">
        {RANGES.map(([name]) => (
          <button
            key={name}
            type="button"
            class="button button-quiet"
            aria-pressed={fixed === null && range === name}
            title={`${t(`host.range.${name}`)} ([ ])`}
            aria-label={`${t(`host.range.short.${name}`)}, ${t(`host.range.${name}`)}`}
            onClick={() => onRange(name)}
          >
            {t(`host.range.short.${name}`)}
          </button>
        ))}
        <button
          type="button"
          class="button button-quiet"
          aria-pressed={fixed !== null}
          onClick={() => setAsking(true)}
        >
          {t("host.range.custom")}
        </button>
      </div>
      <div class="range-select">
        <Select<RangeName | typeof CUSTOM>
          label={t("host.range")}
          value={fixed ? CUSTOM : range}
          options={[
            ...RANGES.map(([name]) => [name, t(`host.range.${name}`)] as const),
            [CUSTOM, t("host.range.custom")],
          ]}
          onChange={choose}
        />
      </div>
      <Button
        aria-pressed={isLive}
        aria-keyshortcuts="l"
        title={`${t("host.live.hint")} (l)`}
        onClick={() => onLive(!isLive)}
      >
        <span class={classes("connection-dot", isLive && "connection-dot-live")} aria-hidden="true" />
        {t("host.live")}
      </Button>
      {fixed ? (
        <>
          <Button kind="quiet" icon="close" title={`${t("host.range.back")} (Esc)`} onClick={onReset}>
            {t("host.range.back")}
          </Button>
          <span class="note">
            {formatDateTime(span.start * 1000)} – {formatDateTime(span.end * 1000)}
          </span>
        </>
      ) : null}
      {isAsking ? (
        <CustomTimeDialog
          start={span.start}
          end={span.end}
          onClose={() => setAsking(false)}
          onChoose={(time) => {
            setAsking(false);
            onFixed(time);
          }}
        />
      ) : null}
    </div>
  );
}
