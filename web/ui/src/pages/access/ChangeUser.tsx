/** Changing a user: role, activity, password; or deleting one. */

import { useState } from "preact/hooks";
import { apiPath, patch, remove } from "../../api/http";
import type { UserView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { ConfirmedChange } from "../../ui/ConfirmedChange";
import { Dialog } from "../../ui/Dialog";
import { Checkbox, TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";
import { FormError } from "./FormError";
import { type FieldErrors, fieldErrors } from "./fieldErrors";
import { USER_ROLES } from "./NewUser";
import { passwordError } from "./passwordError";
import { RoleField } from "./RoleField";

interface ChangeUserProps {
  readonly user: UserView;
  onClose(): void;
  onDone(): void;
}

export function ChangeUser({ user, onClose, onDone }: ChangeUserProps) {
  const [role, setRole] = useState(user.role);
  const [isActive, setActive] = useState(user.is_active);
  const [password, setPassword] = useState("");
  const [errors, setErrors] = useState<FieldErrors>({});
  const [isBusy, setBusy] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const changes = {
    ...(role === user.role ? {} : { role }),
    ...(isActive === user.is_active ? {} : { is_active: isActive }),
    ...(password === "" ? {} : { password }),
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const wrong = password === "" ? undefined : passwordError(password);
    if (wrong) return setErrors({ password: wrong });
    setBusy(true);
    try {
      await patch(apiPath("users", user.name), changes);
      tell(t("access.users.saved", { name: user.name }));
      onDone();
    } catch (error) {
      setErrors(fieldErrors(error, ["password", "role"]));
      setBusy(false);
    }
  };
  if (isDeleting) return <DeleteUser user={user} onClose={() => setDeleting(false)} onDone={onDone} />;
  return (
    <Dialog title={t("access.users.change", { name: user.name })} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <RoleField<UserView["role"]> roles={USER_ROLES} value={role} error={errors.role} onInput={setRole} />
        <div>
          <Checkbox label={t("access.users.isActive")} checked={isActive} onChange={setActive} />
          <p class="note">{t("access.users.isActive.hint")}</p>
        </div>
        <TextField
          label={t("access.users.password.new")}
          hint={t("access.users.password.keep")}
          type="password"
          autocomplete="new-password"
          value={password}
          error={errors.password}
          onInput={setPassword}
        />
        <FormError errors={errors} />
        <div class="form-actions">
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={Object.keys(changes).length === 0}>
            {t("common.save")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <span class="form-space" />
          <Button kind="danger" onClick={() => setDeleting(true)}>
            {t("access.users.delete")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteUser({ user, onClose, onDone }: ChangeUserProps) {
  const { name } = user;
  return (
    <ConfirmedChange
      title={t("access.users.delete.title", { name })}
      text={t("access.users.delete.text", { name })}
      action={t("common.delete")}
      done={t("access.users.deleted", { name })}
      change={() => remove(apiPath("users", name))}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
