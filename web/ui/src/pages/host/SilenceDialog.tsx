/** Silences a host, or one alert of it, for a while. */

import { useState } from "preact/hooks";
import { post } from "../../api/http";
import { ApiProblem, messageOf } from "../../api/problem";
import type { AlertView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";

interface SilenceDialogProps {
  readonly host: string;
  /** Only this alert's rule and labels; all of the host without. */
  readonly alert: AlertView | null;
  onClose(): void;
}

const DURATIONS = ["30m", "1h", "2h", "4h", "12h", "1d", "7d"] as const;

export function SilenceDialog({ host, alert, onClose }: SilenceDialogProps) {
  const [duration, setDuration] = useState<string>("2h");
  const [comment, setComment] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await post("/silences", { ...scopeOf(host, alert), duration, comment });
      tell(t("host.silence.done", { host }));
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const problem = error instanceof ApiProblem ? error.fieldMessage("comment") : undefined;
  return (
    <Dialog title={t("host.silence.title", { host })} onClose={onClose}>
      <form class="stack-14" onSubmit={(event) => void save(event)}>
        <p>{alert ? t("host.silence.textAlert", { rule: alert.rule }) : t("host.silence.text")}</p>
        <SelectField
          label={t("host.silence.duration")}
          value={duration}
          options={DURATIONS.map((one) => [one, t(`host.silence.for.${one}`)] as const)}
          onInput={setDuration}
        />
        <TextField
          label={t("host.silence.comment")}
          value={comment}
          maxLength={1000}
          error={problem}
          onInput={setComment}
        />
        {error && !problem ? (
          <p class="field-error" role="alert">
            {messageOf(error)}
          </p>
        ) : null}
        <div class="range-form-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" type="submit" isBusy={isBusy}>
            {t("host.silence.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function scopeOf(host: string, alert: AlertView | null): object {
  if (!alert) return { hosts: [host] };
  return { hosts: [host], rules: [alert.rule], labels: alert.labels };
}
