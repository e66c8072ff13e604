/** A rule being written, beside what it would have done. */

import { useMemo, useState } from "preact/hooks";
import { apiPath, patch, post } from "../../api/http";
import { ApiProblem, messageOf } from "../../api/problem";
import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { href, navigate } from "../../router";
import { Button, LinkButton } from "../../ui/Button";
import { tell } from "../../ui/toasts";
import { useData } from "../../ui/useData";
import { channelNames } from "./channelNames";
import { draftOf, EMPTY_DRAFT, isRuleName, labelsOf, patchOf, type RuleDraft, specOf } from "./draft";
import { type Faults, faultsOf, NO_FAULTS } from "./faults";
import { RuleFields } from "./RuleForm";
import { type ReplaySpan, RulePreview } from "./RulePreview";
import { useReplay } from "./useReplay";

/** What a rule without a name is called while it is tried. */
const UNNAMED = "test";

interface RuleEditorProps {
  /** The rule to change; null for a new one. */
  readonly rule: RuleView | null;
  /** What a new one begins with. */
  readonly first?: RuleDraft;
  onSaved(rule: RuleView): void;
  /** Somebody wants the rule as it is now, and not what was written here. */
  onReload?(): void;
}

export function RuleEditor({ rule, first, onSaved, onReload }: RuleEditorProps) {
  const original = useMemo(() => (rule ? draftOf(rule) : (first ?? EMPTY_DRAFT)), []);
  const [draft, setDraft] = useState(original);
  const [span, setSpan] = useState<ReplaySpan>("-7d");
  const [saving, setSaving] = useState<Saving>(NOT_SAVING);
  const channels = useData("channels", channelNames).data ?? [];
  const isEmpty = draft.when.trim() === "";
  const areLabelsRead = labelsOf(draft.labels) !== null;
  const replay = useReplay(
    rule?.name ?? UNNAMED,
    isEmpty || !areLabelsRead ? null : triedSpec(draft, original, rule),
    span,
  );
  const faults = useMemo(() => new Map([...saving.faults, ...replay.faults]), [saving.faults, replay.faults]);
  const isChanged = rule === null || Object.keys(patchOf(specOf(original), specOf(draft))).length > 0;
  const change = (changes: Partial<RuleDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    setSaving(NOT_SAVING);
  };
  const save = async (version: number | undefined) => {
    setSaving({ ...NOT_SAVING, isBusy: true });
    try {
      const view = rule ? await replaceRule(rule, original, draft, version) : await createRule(draft);
      tell(t(rule ? "rules.saved" : "rules.created", { name: view.name }));
      onSaved(view);
    } catch (error) {
      setSaving(refusal(error, rule?.name ?? draft.name));
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!saving.isBusy) void save(rule?.version);
  };
  const cannot = isEmpty || !areLabelsRead || (rule === null && !isRuleName(draft.name.trim())) || !isChanged;
  return (
    <div class="rule-page">
      <form class="panel form" aria-label={t("rules.form")} onSubmit={submit} noValidate>
        <RuleFields
          draft={draft}
          faults={faults}
          isNew={rule === null}
          channels={channels}
          onChange={change}
        />
        <Refused saving={saving} onOverwrite={save} {...(onReload ? { onReload } : {})} />
        <div class="form-actions">
          <Button
            kind="primary"
            type="submit"
            isBusy={saving.isBusy}
            disabled={cannot || replay.faults.size > 0}
          >
            {rule ? t("common.save") : t("rules.create")}
          </Button>
          <LinkButton href={href("rules")}>{t("common.cancel")}</LinkButton>
          <Missing isEmpty={isEmpty} isUnnamed={rule === null && draft.name.trim() === ""} />
        </div>
      </form>
      <RulePreview replay={replay} severity={draft.severity} span={span} isEmpty={isEmpty} onSpan={setSpan} />
    </div>
  );
}

/** Why the button cannot be pressed yet. */
function Missing({ isEmpty, isUnnamed }: { isEmpty: boolean; isUnnamed: boolean }) {
  if (!isEmpty && !isUnnamed) return null;
  return <span class="note">{t(isUnnamed ? "rules.missing.name" : "rules.missing.when")}</span>;
}

interface Saving {
  readonly isBusy: boolean;
  readonly faults: Faults;
  readonly error: unknown;
  /** The version that somebody else has made meanwhile. */
  readonly otherVersion: number | null;
}

const NOT_SAVING: Saving = { isBusy: false, faults: NO_FAULTS, error: null, otherVersion: null };

function refusal(error: unknown, name: string): Saving {
  if (!(error instanceof ApiProblem)) return { ...NOT_SAVING, error };
  if (error.status === 412) return { ...NOT_SAVING, otherVersion: Number(error.members.version) };
  const isOfFields = error.status === 422 || error.kind === "rule-exists";
  return isOfFields ? { ...NOT_SAVING, faults: faultsOf(error, name) } : { ...NOT_SAVING, error };
}

interface RefusedProps {
  readonly saving: Saving;
  onOverwrite(version: number): void;
  onReload?(): void;
}

function Refused({ saving, onOverwrite, onReload }: RefusedProps) {
  const { otherVersion, error, faults } = saving;
  if (otherVersion !== null) {
    return (
      <div class="notice notice-warning" role="alert">
        <strong>{t("rules.conflict.title")}</strong>
        <p>{t("rules.conflict.text")}</p>
        <div class="form-actions">
          <Button onClick={() => onOverwrite(otherVersion)}>{t("rules.conflict.mine")}</Button>
          <Button onClick={onReload}>{t("rules.conflict.theirs")}</Button>
        </div>
      </div>
    );
  }
  const text = error ? messageOf(error) : faults.get("")?.message;
  return text ? (
    <p class="notice notice-critical" role="alert">
      {text}
    </p>
  ) : null;
}

/** What to try: over a rule that ships everything counts that was taken away, too. */
function triedSpec(draft: RuleDraft, original: RuleDraft, rule: RuleView | null) {
  const spec = specOf(draft);
  if (!rule) return spec;
  const removals = Object.keys(specOf(original)).filter((key) => !(key in spec));
  return { ...Object.fromEntries(removals.map((key) => [key, key === "enabled" ? true : null])), ...spec };
}

function createRule(draft: RuleDraft): Promise<RuleView> {
  return post<RuleView>("/rules", { name: draft.name.trim(), ...specOf(draft) });
}

function replaceRule(
  rule: RuleView,
  original: RuleDraft,
  draft: RuleDraft,
  version: number | undefined,
): Promise<RuleView> {
  const changes = patchOf(specOf(original), specOf(draft));
  return patch<RuleView>(apiPath("rules", rule.name), changes, version === undefined ? {} : { version });
}

/** Goes to a rule's page. */
export function openRule(rule: RuleView): void {
  navigate(href("rule", { name: rule.name }));
}
