/** How often each collector runs. */

import { COLLECTORS } from "../../api/vocabulary";
import { t } from "../../i18n";
import { TextField } from "../../ui/Field";
import type { EntryErrors } from "./entryErrors";
import type { EntryForm } from "./entryForm";

interface CollectorFieldsProps {
  readonly form: EntryForm;
  readonly errors: EntryErrors;
  onForm(form: EntryForm): void;
}

export function CollectorFields({ form, errors, onForm }: CollectorFieldsProps) {
  const general = errors.fields.get("collectors");
  const set = (name: string, text: string) =>
    onForm({ ...form, collectors: { ...form.collectors, [name]: text } });
  return (
    <fieldset class="form-wide">
      <legend class="form-legend">{t("inventory.form.collectors")}</legend>
      <p class="note">{t("inventory.form.collectors.hint")}</p>
      {general ? (
        <p class="field-error" role="alert">
          {general}
        </p>
      ) : null}
      <div class="collectors">
        {Object.entries(COLLECTORS).map(([name, usual]) => (
          <TextField
            key={name}
            label={name}
            value={form.collectors[name] ?? ""}
            placeholder={usual ?? "off"}
            error={errors.fields.get(`collectors.${name}`)}
            onInput={(text) => set(name, text)}
          />
        ))}
      </div>
    </fieldset>
  );
}
