/** Making an API key. */

import { useState } from "preact/hooks";
import { post } from "../../api/http";
import type { NewKeyView, Role } from "../../api/types";
import { t } from "../../i18n";
import { serverNow } from "../../state/clock";
import { fleet } from "../../state/fleet";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { FormError } from "./FormError";
import { type FieldErrors, fieldErrors } from "./fieldErrors";
import { RoleField } from "./RoleField";

const KEY_ROLES = ["viewer", "operator", "admin", "collector"] as const;
const EXPIRY_DAYS = [7, 30, 90, 365] as const;
const DAY_MILLISECONDS = 86_400_000;
const MAX_SUGGESTIONS = 200;

interface NewKeyProps {
  onClose(): void;
  onMade(made: NewKeyView): void;
}

export function NewKey({ onClose, onMade }: NewKeyProps) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("");
  const [host, setHost] = useState("");
  const [errors, setErrors] = useState<FieldErrors>({});
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const request = {
      name: name.trim(),
      role,
      expires_at: days ? expiryAfter(Number(days)) : null,
      host: role === "collector" && host.trim() ? host.trim() : null,
    };
    try {
      onMade(await post<NewKeyView>("/keys", request));
    } catch (error) {
      setErrors(fieldErrors(error, ["name", "role", "expires_at", "host"]));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("access.keys.add")} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <TextField
          label={t("access.name")}
          hint={t("access.name.hint")}
          placeholder="grafana"
          autofocus
          required
          maxLength={64}
          value={name}
          error={errors.name}
          onInput={setName}
        />
        <RoleField roles={KEY_ROLES} value={role} error={errors.role} onInput={setRole} />
        {role === "collector" ? (
          <TextField
            label={t("access.keys.host")}
            hint={t("access.keys.host.hint")}
            suggestions={[...fleet.hosts.keys()].slice(0, MAX_SUGGESTIONS)}
            value={host}
            error={errors.host}
            onInput={setHost}
          />
        ) : null}
        <SelectField
          label={t("access.keys.expires")}
          value={days}
          error={errors.expires_at}
          options={[
            ["", t("access.keys.expires.never")],
            ...EXPIRY_DAYS.map((count) => [String(count), t("access.keys.expires.days", { count })] as const),
          ]}
          onInput={setDays}
        />
        <FormError errors={errors} />
        <div class="form-actions">
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={name.trim() === ""}>
            {t("access.keys.add")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function expiryAfter(days: number): string {
  return new Date(serverNow() + days * DAY_MILLISECONDS).toISOString();
}
