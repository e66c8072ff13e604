/** What a page shows when its data could not be had. */

import { messageOf } from "../api/problem";
import { t } from "../i18n";
import { Button } from "./Button";

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div class="empty" role="alert">
      <h2 class="bad">{t("error.title")}</h2>
      <p class="muted">{messageOf(error)}</p>
      {onRetry ? (
        <div class="empty-actions">
          <Button onClick={onRetry}>{t("common.retry")}</Button>
        </div>
      ) : null}
    </div>
  );
}
