/** Asks for a time with fixed ends, in the reader's zone. */

import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { localTimeText, localTimeUnix } from "./localTime";
import { type FixedTime, fixedTime } from "./view";

interface CustomTimeProps {
  /** What to begin with, unix seconds. */
  readonly start: number;
  readonly end: number;
  onChoose(time: FixedTime): void;
  onClose(): void;
}

export function CustomTimeDialog({ start, end, onChoose, onClose }: CustomTimeProps) {
  const [from, setFrom] = useState(localTimeText(start));
  const [to, setTo] = useState(localTimeText(end));
  const [isWrong, setWrong] = useState(false);
  const choose = (event: Event) => {
    event.preventDefault();
    const time = fixedTime(localTimeUnix(from), localTimeUnix(to));
    if (time) onChoose(time);
    else setWrong(true);
  };
  return (
    <Dialog title={t("host.range.customTitle")} onClose={onClose}>
      <form class="stack-14" onSubmit={choose}>
        <TextField
          type="datetime-local"
          label={t("host.range.from")}
          value={from}
          required
          onInput={setFrom}
        />
        <TextField
          type="datetime-local"
          label={t("host.range.to")}
          value={to}
          required
          error={isWrong ? t("host.range.wrong") : undefined}
          onInput={setTo}
        />
        <div class="range-form-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" type="submit">
            {t("host.range.show")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
