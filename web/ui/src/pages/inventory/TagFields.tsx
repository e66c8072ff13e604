/** A host's tags, a row each. */

import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Button, IconButton } from "../../ui/Button";
import type { EntryErrors } from "./entryErrors";
import { doubledTag, type EntryForm, type Pair } from "./entryForm";

interface TagFieldsProps {
  readonly form: EntryForm;
  readonly errors: EntryErrors;
  onForm(form: EntryForm): void;
}

export function TagFields({ form, errors, onForm }: TagFieldsProps) {
  const root = useRef<HTMLFieldSetElement>(null);
  const duplicate = doubledTag(form.tags);
  const messages = [...errors.fields].filter(([field]) => field === "tags" || field.startsWith("tags."));
  const onTags = (tags: readonly Pair[]) => onForm({ ...form, tags });
  const change = (at: number, pair: Pair) =>
    onTags(form.tags.map((one, index) => (index === at ? pair : one)));
  const add = () => {
    onTags([...form.tags, ["", ""]]);
    // the row is there with the next drawing
    setTimeout(
      () => [...(root.current?.querySelectorAll<HTMLElement>(".pair input") ?? [])].at(-2)?.focus(),
      50,
    );
  };
  return (
    <fieldset class="pairs" ref={root}>
      <legend class="form-legend">{t("inventory.form.tags")}</legend>
      {form.tags.map(([name, value], index) => (
        <div class="pair" key={index}>
          <input
            class="input"
            value={name}
            placeholder="env"
            aria-label={t("inventory.form.tags.name", { number: index + 1 })}
            aria-invalid={
              errors.fields.has(`tags.${name}`) || (duplicate !== null && name.trim() === duplicate)
            }
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => change(index, [event.currentTarget.value, value])}
          />
          <input
            class="input"
            value={value}
            placeholder="prod"
            aria-label={t("inventory.form.tags.value", { number: index + 1 })}
            aria-invalid={errors.fields.has(`tags.${name}`)}
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => change(index, [name, event.currentTarget.value])}
          />
          <IconButton
            icon="close"
            label={t("inventory.form.tags.remove", { number: index + 1 })}
            onClick={() => onTags(form.tags.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      {duplicate === null ? null : (
        <p class="field-error" role="alert">
          {t("inventory.form.tags.twice", { name: duplicate })}
        </p>
      )}
      {messages.map(([field, message]) => (
        <p key={field} class="field-error" role="alert">
          {field}: {message}
        </p>
      ))}
      <div>
        <Button icon="plus" onClick={add}>
          {t("inventory.form.tags.add")}
        </Button>
      </div>
      <p class="note">{t("inventory.form.tags.hint")}</p>
    </fieldset>
  );
}
