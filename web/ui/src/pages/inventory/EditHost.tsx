/** Changing a host that the API owns. */

import { useRef, useState } from "preact/hooks";
import { apiPath, patch } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { tell } from "../../ui/toasts";
import { EntryFields } from "./EntryFields";
import { entryErrors, NO_ERRORS } from "./entryErrors";
import { doubledTag, formOf, patchOf } from "./entryForm";
import { FormErrors } from "./FormErrors";
import { focusFirstWrong } from "./focusFirstWrong";

interface EditHostProps {
  readonly host: HostView;
  onChanged(): void;
}

export function EditHost({ host, onChanged }: EditHostProps) {
  const [before] = useState(() => formOf(host.entry));
  const [form, setForm] = useState(before);
  const [errors, setErrors] = useState(NO_ERRORS);
  const [hasConflict, setConflict] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const changes = patchOf(before, form);
  const isChanged = Object.keys(changes).length > 0;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isChanged || doubledTag(form.tags) !== null) return focusFirstWrong(element.current);
    setBusy(true);
    try {
      await patch(apiPath("hosts", host.name), changes, { version: host.version });
      tell(t("inventory.saved", { name: host.name }));
      onChanged();
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 412) setConflict(true);
      else setErrors(entryErrors(error, host.name));
      focusFirstWrong(element.current);
    }
    setBusy(false);
  };
  return (
    <form class="form panel" ref={element} onSubmit={submit} noValidate aria-label={t("inventory.settings")}>
      <EntryFields form={form} errors={errors} onForm={setForm} />
      <FormErrors errors={errors} />
      {hasConflict ? (
        <div class="notice notice-warning" role="alert">
          <p>{t("inventory.conflict", { name: host.name })}</p>
          <div>
            <Button onClick={onChanged}>{t("inventory.conflict.load")}</Button>
          </div>
        </div>
      ) : null}
      <div class="form-actions">
        <Button kind="primary" type="submit" isBusy={isBusy} disabled={!isChanged}>
          {t("common.save")}
        </Button>
        {isChanged ? (
          <Button onClick={() => setForm(before)}>{t("common.cancel")}</Button>
        ) : (
          <span class="note">{t("inventory.unchanged")}</span>
        )}
      </div>
    </form>
  );
}
