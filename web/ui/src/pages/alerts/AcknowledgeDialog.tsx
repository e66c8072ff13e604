/** Acknowledges an alert, with a note for the others. */

import { useState } from "preact/hooks";
import { ApiProblem, messageOf } from "../../api/problem";
import type { AlertView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";
import { acknowledge } from "./changes";
import { hostText } from "./texts";

const FORM = "acknowledge";

interface AcknowledgeDialogProps {
  readonly alert: AlertView;
  onClose(): void;
}

export function AcknowledgeDialog({ alert, onClose }: AcknowledgeDialogProps) {
  const [note, setNote] = useState(alert.acknowledged?.note ?? "");
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await acknowledge(alert, note);
      tell(t("alerts.ack.done"));
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button kind="primary" type="submit" form={FORM} isBusy={isBusy}>
        {t("alerts.ack")}
      </Button>
    </>
  );
  const isOver = problem instanceof ApiProblem && problem.status === 409;
  return (
    <Dialog title={t("alerts.ack.title")} actions={actions} onClose={onClose}>
      <p>
        <strong>{alert.rule}</strong> · {hostText(alert)}
        <br />
        <span class="muted">{alert.summary}</span>
      </p>
      <form id={FORM} onSubmit={send}>
        <TextField
          label={t("alerts.ack.note")}
          hint={t("alerts.ack.note.hint")}
          name="note"
          value={note}
          maxLength={1000}
          autofocus
          error={problem ? (isOver ? t("alerts.ack.over") : messageOf(problem)) : undefined}
          onInput={setNote}
        />
      </form>
    </Dialog>
  );
}
