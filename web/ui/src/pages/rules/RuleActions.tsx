/** Switch on and off, delete, bring back, copy. */

import { useState } from "preact/hooks";
import type { RuleView } from "../../api/types";
import { t } from "../../i18n";
import { href } from "../../router";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { deleteRule, switchRule } from "./changes";
import { lockReason } from "./origin";

interface RuleActionsProps {
  readonly rule: RuleView;
  /** Short ones, for a line of a list. */
  readonly isShort?: boolean;
  onChanged(): void;
  onDeleted?(): void;
}

export function RuleActions({ rule, isShort = false, onChanged, onDeleted = onChanged }: RuleActionsProps) {
  if (!may("admin")) return null;
  return (
    <div class="entry-actions">
      <SwitchButton rule={rule} onChanged={onChanged} />
      {isShort ? null : (
        <>
          <LinkButton icon="copy" href={`${href("newRule")}?copy=${encodeURIComponent(rule.name)}`}>
            {t("rules.copy")}
          </LinkButton>
          {rule.owner === "api" ? <DeleteButton rule={rule} onDeleted={onDeleted} /> : null}
        </>
      )}
    </div>
  );
}

function SwitchButton({ rule, onChanged }: { rule: RuleView; onChanged(): void }) {
  const [isBusy, setBusy] = useState(false);
  const isOn = rule.enabled ?? rule.spec.enabled !== false;
  const reason = lockReason(rule);
  const text = t(isOn ? "rules.switchOff" : "rules.switchOn");
  const change = async () => {
    setBusy(true);
    await switchRule(rule, !isOn);
    setBusy(false);
    onChanged();
  };
  return (
    <Button
      isBusy={isBusy}
      disabled={reason !== null}
      title={reason ?? undefined}
      aria-label={`${text}: ${rule.name}${reason ? `. ${reason}` : ""}`}
      onClick={() => void change()}
    >
      {text}
    </Button>
  );
}

function DeleteButton({ rule, onDeleted }: { rule: RuleView; onDeleted(): void }) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const kind = rule.overrides_default ? "restore" : "delete";
  const confirm = async () => {
    setBusy(true);
    const isDone = await deleteRule(rule);
    setBusy(false);
    setAsking(false);
    if (isDone) onDeleted();
  };
  return (
    <>
      <Button kind="danger" onClick={() => setAsking(true)}>
        {t(`rules.${kind}`)}
      </Button>
      {isAsking ? (
        <ConfirmDialog
          title={t(`rules.${kind}.title`, { name: rule.name })}
          text={t(`rules.${kind}.text`)}
          action={t(`rules.${kind}`)}
          isBusy={isBusy}
          onConfirm={() => void confirm()}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}
