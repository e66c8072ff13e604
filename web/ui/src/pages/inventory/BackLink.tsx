/** Back to the list. */

import { t } from "../../i18n";
import { href } from "../../router";

export function BackLink() {
  return (
    <a class="back" href={href("inventory")}>
      <span aria-hidden="true">‹</span> {t("inventory.back")}
    </a>
  );
}
