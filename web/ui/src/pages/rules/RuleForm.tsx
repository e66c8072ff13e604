/** The fields of a rule. */

import { useMemo } from "preact/hooks";
import type { Severity } from "../../api/types";
import { t } from "../../i18n";
import { fleet } from "../../state/fleet";
import { Checkbox, SelectField, TextArea, TextField } from "../../ui/Field";
import { type Audience, type Clearing, isRuleName, labelsOf, type RuleDraft } from "./draft";
import { ExpressionField } from "./ExpressionField";
import type { Faults } from "./faults";

const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];
const CLEARINGS: readonly Clearing[] = ["not", "own", "never"];
const AUDIENCES: readonly Audience[] = ["all", "some", "nobody"];

interface RuleFieldsProps {
  readonly draft: RuleDraft;
  readonly faults: Faults;
  readonly isNew: boolean;
  /** Names of the channels that there are. */
  readonly channels: readonly string[];
  onChange(changes: Partial<RuleDraft>): void;
}

export function RuleFields(props: RuleFieldsProps) {
  return (
    <>
      <ConditionFields {...props} />
      <ScopeFields {...props} />
      <TellingFields {...props} />
      <MessageFields {...props} />
    </>
  );
}

function ConditionFields({ draft, faults, isNew, onChange }: RuleFieldsProps) {
  return (
    <fieldset class="form-part">
      <legend class="visually-hidden">{t("rules.part.condition")}</legend>
      {isNew ? (
        <TextField
          label={t("rules.field.name")}
          hint={t("rules.field.name.hint")}
          name="name"
          value={draft.name}
          required
          maxLength={128}
          autofocus
          error={nameFault(draft.name) ?? faults.get("name")?.message}
          onInput={(name) => onChange({ name })}
        />
      ) : null}
      <ExpressionField
        label={t("rules.field.when")}
        name="when"
        hint={t("rules.field.when.hint")}
        value={draft.when}
        fault={faults.get("when")}
        onInput={(when) => onChange({ when })}
      />
      <div class="form-grid">
        <TextField
          label={t("rules.field.for")}
          hint={t("rules.field.for.hint")}
          name="for"
          value={draft.for}
          placeholder="0s"
          error={faults.get("for")?.message}
          onInput={(text) => onChange({ for: text })}
        />
        <SelectField
          label={t("rules.field.severity")}
          name="severity"
          value={draft.severity}
          options={SEVERITIES.map((one) => [one, t(`severity.${one}`)] as const)}
          onInput={(severity) => onChange({ severity: severity as Severity })}
        />
        <SelectField
          label={t("rules.field.clear")}
          name="clearing"
          value={draft.clearing}
          options={CLEARINGS.map((one) => [one, t(`rules.clearing.${one}`)] as const)}
          error={draft.clearing === "own" ? undefined : faults.get("clear")?.message}
          onInput={(clearing) => onChange({ clearing: clearing as Clearing })}
        />
      </div>
      {draft.clearing === "own" ? (
        <ExpressionField
          label={t("rules.field.clearWhen")}
          name="clear"
          hint={t("rules.field.clearWhen.hint")}
          value={draft.clear}
          fault={faults.get("clear")}
          onInput={(clear) => onChange({ clear })}
        />
      ) : null}
    </fieldset>
  );
}

function nameFault(name: string): string | undefined {
  return name === "" || isRuleName(name.trim()) ? undefined : t("rules.field.name.wrong");
}

function ScopeFields({ draft, faults, onChange }: RuleFieldsProps) {
  const hosts = useMemo(() => [...fleet.hosts.keys()].sort(), [fleet.membership]);
  const wrong = labelsOf(draft.labels) === null ? t("rules.field.labels.wrong") : undefined;
  return (
    <fieldset class="form-part">
      <legend>{t("rules.part.scope")}</legend>
      <div class="form-grid">
        <TextField
          label={t("rules.field.hosts")}
          hint={t("rules.field.hosts.hint")}
          name="hosts"
          value={draft.hosts}
          suggestions={hosts}
          error={faults.get("hosts")?.message}
          onInput={(text) => onChange({ hosts: text })}
        />
        <TextArea
          label={t("rules.field.labels")}
          hint={t("rules.field.labels.hint")}
          name="labels"
          rows={2}
          value={draft.labels}
          error={wrong ?? faults.get("labels")?.message}
          onInput={(labels) => onChange({ labels })}
        />
      </div>
    </fieldset>
  );
}

function TellingFields({ draft, faults, channels, onChange }: RuleFieldsProps) {
  return (
    <fieldset class="form-part">
      <legend>{t("rules.part.telling")}</legend>
      <div class="form-grid">
        <SelectField
          label={t("rules.field.channels")}
          name="audience"
          value={draft.audience}
          options={AUDIENCES.map((one) => [one, t(`rules.audience.${one}`)] as const)}
          error={draft.audience === "some" ? undefined : faults.get("channels")?.message}
          onInput={(audience) => onChange({ audience: audience as Audience })}
        />
        <TextField
          label={t("rules.field.repeat")}
          hint={t("rules.field.repeat.hint")}
          name="repeat"
          value={draft.repeat}
          error={faults.get("repeat")?.message}
          onInput={(repeat) => onChange({ repeat })}
        />
        <TextField
          label={t("rules.field.escalateAfter")}
          hint={t("rules.field.escalateAfter.hint")}
          name="escalate_after"
          value={draft.escalateAfter}
          error={faults.get("escalate")?.message}
          onInput={(escalateAfter) => onChange({ escalateAfter })}
        />
      </div>
      {draft.audience === "some" ? (
        <ChannelChoice
          label={t("rules.field.channels")}
          options={channels}
          chosen={draft.channels}
          error={faults.get("channels")?.message}
          onChoose={(chosen) => onChange({ channels: chosen })}
        />
      ) : null}
      {draft.escalateAfter.trim() !== "" || draft.escalateTo.length > 0 ? (
        <ChannelChoice
          label={t("rules.field.escalateTo")}
          options={channels}
          chosen={draft.escalateTo}
          onChoose={(chosen) => onChange({ escalateTo: chosen })}
        />
      ) : null}
    </fieldset>
  );
}

interface ChannelChoiceProps {
  readonly label: string;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly error?: string | undefined;
  onChoose(chosen: readonly string[]): void;
}

/** Also shows those that are chosen and are gone, so that they can be taken away. */
function ChannelChoice({ label, options, chosen, error, onChoose }: ChannelChoiceProps) {
  const all = [...new Set([...options, ...chosen])];
  return (
    <fieldset class="weekdays">
      <legend>{label}</legend>
      {all.map((name) => (
        <Checkbox
          key={name}
          label={name}
          checked={chosen.includes(name)}
          onChange={(isOn) => onChoose(isOn ? [...chosen, name] : chosen.filter((one) => one !== name))}
        />
      ))}
      {all.length === 0 ? <p class="note">{t("rules.field.channels.none")}</p> : null}
      {error ? (
        <p class="field-error" role="alert">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}

function MessageFields({ draft, faults, onChange }: RuleFieldsProps) {
  const hasOwn = draft.title !== "" || draft.message !== "" || draft.help !== "";
  const isWrong = ["title", "message", "help"].some((one) => faults.has(one));
  return (
    <details class="form-more" open={hasOwn || isWrong}>
      <summary>{t("rules.part.message")}</summary>
      <div class="form-part form-more-part">
        <TextField
          label={t("rules.field.title")}
          hint={t("rules.field.title.hint")}
          name="title"
          value={draft.title}
          maxLength={300}
          error={faults.get("title")?.message}
          onInput={(title) => onChange({ title })}
        />
        <TextArea
          label={t("rules.field.message")}
          name="message"
          rows={3}
          value={draft.message}
          error={faults.get("message")?.message}
          onInput={(message) => onChange({ message })}
        />
        <TextArea
          label={t("rules.field.help")}
          hint={t("rules.field.help.hint")}
          name="help"
          rows={3}
          value={draft.help}
          error={faults.get("help")?.message}
          onInput={(help) => onChange({ help })}
        />
      </div>
    </details>
  );
}
