/** Making a user. */

import { useState } from "preact/hooks";
import { post } from "../../api/http";
import type { UserView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";
import { FormError } from "./FormError";
import { type FieldErrors, fieldErrors } from "./fieldErrors";
import { passwordError } from "./passwordError";
import { RoleField } from "./RoleField";

export const USER_ROLES = ["viewer", "operator", "admin"] as const;

interface NewUserProps {
  onClose(): void;
  onDone(): void;
}

export function NewUser({ onClose, onDone }: NewUserProps) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<UserView["role"]>("viewer");
  const [errors, setErrors] = useState<FieldErrors>({});
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const wrong = passwordError(password);
    if (wrong) return setErrors({ password: wrong });
    setBusy(true);
    try {
      await post("/users", { name: name.trim(), password, role });
      tell(t("access.users.added", { name: name.trim() }));
      onDone();
    } catch (error) {
      setErrors(fieldErrors(error, ["name", "password", "role"]));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("access.users.add")} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <TextField
          label={t("access.name")}
          hint={t("access.name.hint")}
          name="name"
          autofocus
          required
          maxLength={64}
          value={name}
          error={errors.name}
          onInput={setName}
        />
        <TextField
          label={t("access.users.password")}
          hint={t("access.users.password.hint")}
          name="password"
          type="password"
          autocomplete="new-password"
          required
          value={password}
          error={errors.password}
          onInput={setPassword}
        />
        <RoleField<UserView["role"]> roles={USER_ROLES} value={role} error={errors.role} onInput={setRole} />
        <FormError errors={errors} />
        <div class="form-actions">
          <Button
            kind="primary"
            type="submit"
            isBusy={isBusy}
            disabled={name.trim() === "" || password === ""}
          >
            {t("common.add")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
