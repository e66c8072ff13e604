/** The form for a new silence, with what it would silence at this moment. */

import { useMemo, useState } from "preact/hooks";
import { post } from "../../api/http";
import { ApiProblem, messageOf } from "../../api/problem";
import type { SilenceView } from "../../api/types";
import { t } from "../../i18n";
import { serverNow } from "../../state/clock";
import { fleet } from "../../state/fleet";
import { Button } from "../../ui/Button";
import { Checkbox, TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";
import { useData } from "../../ui/useData";
import { type DraftPartProps, documentOf, matchersOf, type SilenceDraft } from "./draft";
import { reloadOpenSilences } from "./openSilences";
import { ruleNames } from "./ruleNames";
import { SilencePreview } from "./SilencePreview";
import { SilenceTime } from "./SilenceTime";
import { spanOf } from "./texts";
import { splitLabels } from "./words";

interface SilenceFormProps {
  readonly first: SilenceDraft;
  onDone(): void;
}

export function SilenceForm({ first, onDone }: SilenceFormProps) {
  const [draft, setDraft] = useState(first);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const change = (changes: Partial<SilenceDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setProblem(null);
  };
  const matchers = useMemo(() => matchersOf(draft), [draft]);
  const isReady = matchers !== null && (!draft.isWeekly || draft.weekdays.length > 0);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!isReady || isBusy) return;
    setBusy(true);
    try {
      const silence = await post<SilenceView>("/silences", documentOf(draft, serverNow()));
      await reloadOpenSilences();
      tell(t("silences.created", { end: spanOf(silence) }));
      onDone();
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, "", messageOf(error)));
      setBusy(false);
    }
  };
  const parts = { draft, problem, onChange: change };
  return (
    <form class="panel form silence-form" aria-label={t("silences.form.title")} onSubmit={send} noValidate>
      <h2>{t("silences.form.title")}</h2>
      <AboutFields {...parts} />
      <SilenceTime {...parts} />
      <TextField
        label={t("silences.form.comment")}
        hint={t("silences.form.comment.hint")}
        name="comment"
        value={draft.comment}
        maxLength={1000}
        error={problem?.fieldMessage("comment")}
        onInput={(comment) => change({ comment })}
      />
      <SilencePreview matchers={matchers} isLater={draft.startsAt !== "" || draft.isWeekly} />
      {problem ? (
        <p class="bad" role="alert">
          {messageOf(problem)}
        </p>
      ) : null}
      <div class="form-actions">
        <Button kind="primary" type="submit" isBusy={isBusy} disabled={!isReady}>
          {t("silences.form.create")}
        </Button>
        <Button onClick={onDone}>{t("common.cancel")}</Button>
        {matchers === null ? <span class="note">{t("silences.form.nothing")}</span> : null}
      </div>
    </form>
  );
}

function AboutFields({ draft, problem, onChange }: DraftPartProps) {
  const rules = useData("rules", ruleNames).data ?? [];
  const hosts = useMemo(() => [...fleet.hosts.keys()].sort(), [fleet.membership]);
  const labelsWrong = splitLabels(draft.labels) === null ? t("silences.form.labels.wrong") : undefined;
  return (
    <fieldset class="form-part">
      <legend>{t("silences.form.about")}</legend>
      <Checkbox
        label={t("silences.form.everything")}
        checked={draft.isEverything}
        onChange={(isEverything) => onChange({ isEverything })}
      />
      {draft.isEverything ? null : (
        <div class="form-grid">
          <TextField
            label={t("silences.hosts")}
            hint={t("silences.form.hosts.hint")}
            name="hosts"
            autofocus
            value={draft.hosts}
            suggestions={hosts}
            error={problem?.fieldMessage("hosts")}
            onInput={(text) => onChange({ hosts: text })}
          />
          <TextField
            label={t("silences.rules")}
            hint={t("silences.form.rules.hint")}
            name="rules"
            value={draft.rules}
            suggestions={rules}
            error={problem?.fieldMessage("rules")}
            onInput={(text) => onChange({ rules: text })}
          />
          <TextField
            label={t("silences.labels")}
            hint={t("silences.form.labels.hint")}
            name="labels"
            value={draft.labels}
            error={labelsWrong ?? problem?.fieldMessage("labels")}
            onInput={(text) => onChange({ labels: text })}
          />
        </div>
      )}
    </fieldset>
  );
}
