/** A new key, which is shown this once: whoever closes it by accident is asked once more. */

import { useState } from "preact/hooks";
import type { NewKeyView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog } from "../../ui/Dialog";

export function NewKeySecret({ view, onClose }: { view: NewKeyView; onClose(): void }) {
  const [isLeaving, setLeaving] = useState(false);
  const closeButton = (
    <Button kind="primary" onClick={onClose}>
      {t("access.keys.made.done")}
    </Button>
  );
  const leave = () => (isLeaving ? onClose() : setLeaving(true));
  return (
    <Dialog title={t("access.keys.made.title", { name: view.name })} actions={closeButton} onClose={leave}>
      <p class="notice notice-warning">{t("access.keys.made.text")}</p>
      <div class="copyable">
        <code class="made-key">{view.key}</code>
        <CopyButton text={view.key} />
      </div>
      <p class="note">{t("access.keys.made.use")}</p>
      {isLeaving ? (
        <p class="notice notice-critical" role="alert">
          {t("access.keys.made.leave")}
        </p>
      ) : null}
    </Dialog>
  );
}
