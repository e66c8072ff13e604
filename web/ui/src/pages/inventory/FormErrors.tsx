/** What was refused and belongs to no field. */

import { t } from "../../i18n";
import type { EntryErrors } from "./entryErrors";

export function FormErrors({ errors }: { errors: EntryErrors }) {
  if (errors.others.length === 0) return null;
  return (
    <div class="notice notice-critical" role="alert">
      <strong>{t("inventory.form.wrong")}</strong>
      <ul>
        {errors.others.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}
