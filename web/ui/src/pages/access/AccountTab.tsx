/** One's own account: who is logged in, and changing the password. */

import { useState } from "preact/hooks";
import { post } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import { t } from "../../i18n";
import { session } from "../../state/session";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";
import { FormError } from "./FormError";
import { type FieldErrors, fieldErrors } from "./fieldErrors";
import { passwordError } from "./passwordError";

const EMPTY = { current: "", fresh: "", again: "" };

export function AccountTab() {
  const [texts, setTexts] = useState(EMPTY);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [isBusy, setBusy] = useState(false);
  const who = session.value;
  if (who.status !== "known") return null;
  const submit = async (event: Event) => {
    event.preventDefault();
    const wrong = passwordError(texts.fresh);
    if (wrong) return setErrors({ new_password: wrong });
    if (texts.fresh !== texts.again) return setErrors({ again: t("access.password.differ") });
    setBusy(true);
    setErrors({});
    try {
      await post("/auth/password", { current_password: texts.current, new_password: texts.fresh });
      setTexts(EMPTY);
      tell(t("access.password.done"));
    } catch (error) {
      setErrors(errorsOf(error));
    }
    setBusy(false);
  };
  const field = (name: keyof typeof EMPTY) => ({
    type: "password" as const,
    required: true,
    value: texts[name],
    onInput: (text: string) => setTexts({ ...texts, [name]: text }),
  });
  return (
    <form class="form panel account-form" onSubmit={submit} noValidate>
      <h2>{t("access.password.title")}</h2>
      <p>{t("access.password.who", { name: who.name, role: t(`role.${who.role}`) })}</p>
      <input
        type="text"
        class="visually-hidden"
        autocomplete="username"
        value={who.name}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <TextField
        {...field("current")}
        label={t("access.password.current")}
        autocomplete="current-password"
        error={errors.current_password}
      />
      <TextField
        {...field("fresh")}
        label={t("access.password.new")}
        hint={t("access.users.password.hint")}
        autocomplete="new-password"
        error={errors.new_password}
      />
      <TextField
        {...field("again")}
        label={t("access.password.again")}
        autocomplete="new-password"
        error={errors.again}
      />
      <FormError errors={errors} />
      <div class="form-actions">
        <Button
          kind="primary"
          type="submit"
          isBusy={isBusy}
          disabled={Object.values(texts).some((text) => text === "")}
        >
          {t("access.password.submit")}
        </Button>
      </div>
    </form>
  );
}

function errorsOf(error: unknown): FieldErrors {
  if (error instanceof ApiProblem && error.kind === "wrong-password")
    return { current_password: t("access.password.wrong") };
  if (error instanceof ApiProblem && error.kind === "account-invalid")
    return { new_password: error.message.replace(/^password: /, "") };
  return fieldErrors(error, ["current_password", "new_password"]);
}
