/** The fields of a host's entry: what most need, and the rest folded away. */

import { useState } from "preact/hooks";
import type { TextKey } from "../../i18n";
import { t } from "../../i18n";
import { fleet } from "../../state/fleet";
import { SelectField, TextArea, TextField } from "../../ui/Field";
import { CollectorFields } from "./CollectorFields";
import { type EntryErrors, hasErrorIn } from "./entryErrors";
import type { EntryForm, TextFieldName } from "./entryForm";
import { TagFields } from "./TagFields";

interface EntryFieldsProps {
  readonly form: EntryForm;
  readonly errors: EntryErrors;
  onForm(form: EntryForm): void;
}

const MORE: readonly string[] = [
  "timeout",
  "mode",
  "probe",
  "python",
  "known_hosts",
  "groups",
  "collectors",
  "connection",
];
const MAX_SUGGESTIONS = 200;

export function EntryFields({ form, errors, onForm }: EntryFieldsProps) {
  const [isOpen, setOpen] = useState(false);
  const field = fieldMaker(form, errors, onForm);
  const jumps = [...fleet.hosts.keys()].slice(0, MAX_SUGGESTIONS);
  return (
    <>
      <div class="form-grid">
        <TextField {...field("address")} hint={t("inventory.form.address.hint")} placeholder="10.0.0.9" />
        <TextField {...field("user")} hint={t("inventory.form.user.hint")} placeholder="monitor" />
        <TextField {...field("port")} hint={t("inventory.form.port.hint")} placeholder="22" />
        <TextField {...field("interval")} hint={t("inventory.form.interval.hint")} placeholder="5s" />
        <TextArea
          {...field("key")}
          rows={2}
          hint={t("inventory.form.key.hint")}
          placeholder="~/.ssh/id_ed25519"
        />
        <TextField
          {...field("password")}
          hint={t("inventory.form.password.hint")}
          placeholder={`\${MONCTL_HOST_WEB_9}`}
        />
        <TextField
          {...field("jump")}
          hint={t("inventory.form.jump.hint")}
          placeholder="bastion"
          suggestions={jumps}
        />
      </div>
      <TagFields form={form} errors={errors} onForm={onForm} />
      <details
        class="form-more"
        open={isOpen || hasErrorIn(errors, MORE)}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <summary>{t("inventory.form.more")}</summary>
        <div class="form-grid">
          <ChoiceFields field={field} />
          <TextField {...field("timeout")} hint={t("inventory.form.timeout.hint")} placeholder="10s" />
          <TextField {...field("python")} hint={t("inventory.form.python.hint")} placeholder="python3" />
          <TextField
            {...field("known_hosts")}
            hint={t("inventory.form.known_hosts.hint")}
            placeholder="~/.ssh/known_hosts"
          />
          <TextField {...field("groups")} hint={t("inventory.form.groups.hint")} placeholder="web" />
          <CollectorFields form={form} errors={errors} onForm={onForm} />
        </div>
      </details>
    </>
  );
}

const CHOICES = {
  connection: ["ssh", "local", "push"],
  mode: ["resident", "oneshot"],
  probe: ["auto", "psutil", "proc"],
} as const;

function ChoiceFields({ field }: { field: ReturnType<typeof fieldMaker> }) {
  return (
    <>
      {(["connection", "mode", "probe"] as const).map((name) => (
        <SelectField key={name} {...field(name)} options={optionsOf(name, field(name).value)} />
      ))}
    </>
  );
}

/** A value that is none of the known ones (a reference to a variable) stays to choose. */
function optionsOf(name: keyof typeof CHOICES, value: string): (readonly [string, string])[] {
  const empty = name === "connection" ? "inventory.form.connection.default" : "inventory.form.default";
  const choices: readonly string[] = CHOICES[name];
  const options = choices.map(
    (one) => [one, t(`inventory.form.${name}.${one}` as TextKey & PlainChoice)] as const,
  );
  const other = value === "" || choices.includes(value) ? [] : [[value, value] as const];
  return [["", t(empty)], ...options, ...other];
}

type PlainChoice =
  | `inventory.form.connection.${(typeof CHOICES.connection)[number]}`
  | `inventory.form.mode.${(typeof CHOICES.mode)[number]}`
  | `inventory.form.probe.${(typeof CHOICES.probe)[number]}`;

/** What a field of the form is given; `error` is left out where there is none. */
function fieldMaker(form: EntryForm, errors: EntryErrors, onForm: (form: EntryForm) => void) {
  return (name: TextFieldName) => ({
    label: t(`inventory.form.${name}`),
    name,
    value: form.texts[name],
    error: errors.fields.get(name),
    onInput: (value: string) => onForm({ ...form, texts: { ...form.texts, [name]: value } }),
  });
}
