/** Where notices appear. */

import { t } from "../i18n";
import { IconButton } from "./Button";
import { classes } from "./classes";
import { dismissToast, toasts } from "./toasts";

export function Toasts() {
  return (
    <div class="toasts" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={classes("toast", `toast-${toast.kind}`)}>
          <span>{toast.text}</span>
          <IconButton icon="close" label={t("common.close")} onClick={() => dismissToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
