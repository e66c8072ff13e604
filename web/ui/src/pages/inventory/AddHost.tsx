/** Adding a host: its entry; what comes after is AddedHost. */

import { useRef, useState } from "preact/hooks";
import { post } from "../../api/http";
import type { HostView } from "../../api/types";
import { t } from "../../i18n";
import { href, navigate } from "../../router";
import { Button, LinkButton } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { PageHeader } from "../../ui/PageHeader";
import { BackLink } from "./BackLink";
import { EntryFields } from "./EntryFields";
import { entryErrors, NO_ERRORS } from "./entryErrors";
import { doubledTag, entryOf, formOf } from "./entryForm";
import { FormErrors } from "./FormErrors";
import { focusFirstWrong } from "./focusFirstWrong";
import { addedHref } from "./paths";

export function AddHost() {
  const [name, setName] = useState("");
  const [form, setForm] = useState(formOf);
  const [errors, setErrors] = useState(NO_ERRORS);
  const [isBusy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (doubledTag(form.tags) !== null) return focusFirstWrong(element.current);
    setBusy(true);
    try {
      const host = await post<HostView>("/hosts", { name: name.trim(), ...entryOf(form) });
      navigate(addedHref(host.name));
    } catch (error) {
      setErrors(entryErrors(error, name.trim()));
      setBusy(false);
      focusFirstWrong(element.current);
    }
  };
  return (
    <>
      <BackLink />
      <PageHeader title={t("inventory.add")} />
      <form class="form panel" ref={element} onSubmit={submit} noValidate>
        <TextField
          label={t("inventory.form.name")}
          name="name"
          hint={t("inventory.form.name.hint")}
          placeholder="web-9"
          autofocus
          required
          maxLength={253}
          value={name}
          error={errors.fields.get("name")}
          onInput={setName}
        />
        <EntryFields form={form} errors={errors} onForm={setForm} />
        <FormErrors errors={errors} />
        <div class="form-actions">
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={name.trim() === ""}>
            {t("inventory.form.submit")}
          </Button>
          <LinkButton href={href("inventory")}>{t("common.cancel")}</LinkButton>
        </div>
      </form>
    </>
  );
}
