/** A check of a host, with its keys to confirm where they are not known. */

import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { HostCheck } from "../../ui/check/HostCheck";
import { useCheck } from "../../ui/check/useCheck";
import { HostKeys } from "./HostKeys";

const KEY_REASONS: ReadonlySet<string | null> = new Set(["host_key_unknown", "host_key_changed"]);

interface CheckPanelProps {
  readonly name: string;
  /** Called when every step went well. */
  onPassed?(): void;
}

export function CheckPanel({ name, onPassed }: CheckPanelProps) {
  const check = useCheck(name);
  const { run, isOk } = check;
  useEffect(run, [run]);
  useEffect(() => {
    if (isOk) onPassed?.();
  }, [isOk]);
  const last = check.steps.at(-1);
  const needsKeys = !check.isRunning && last !== undefined && !last.ok && KEY_REASONS.has(last.reason);
  return (
    <>
      <section class="panel" aria-label={t("inventory.check.title")}>
        <h2>{t("inventory.check.title")}</h2>
        <HostCheck check={check} hasOwnAdvice={needsKeys} />
        <div class="form-actions">
          <Button isBusy={check.isRunning} onClick={run}>
            {t("check.again")}
          </Button>
        </div>
      </section>
      {needsKeys ? <HostKeys name={name} onTrusted={run} /> : null}
    </>
  );
}
