/** Deleting a host, confirmed by its name. */

import { useState } from "preact/hooks";
import { apiPath, remove } from "../../api/http";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { href, navigate } from "../../router";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { tell, tellError } from "../../ui/toasts";

export function DeleteHost({ host, onClose }: { host: HostView; onClose(): void }) {
  const { name } = host;
  const [typedName, setTypedName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (typedName !== name) return;
    setBusy(true);
    try {
      await remove(apiPath("hosts", name), { version: host.version });
      tell(t("inventory.deleted", { name }));
      navigate(href("inventory"));
    } catch (error) {
      tellError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("inventory.delete.title", { name })} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <p>{t("inventory.delete.text")}</p>
        <TextField
          label={t("inventory.delete.name", { name })}
          autofocus
          value={typedName}
          onInput={setTypedName}
        />
        <div class="form-actions">
          <Button kind="danger" type="submit" isBusy={isBusy} disabled={typedName !== name}>
            {t("common.delete")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
