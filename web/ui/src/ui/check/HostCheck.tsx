/** The check of a host, step by step as it is walked. */

import { type ApiProblem, messageOf } from "../../api/problem";
import type { CheckStepView } from "../../api/types";
import { type TextKey, t } from "../../i18n";
import { classes } from "../classes";
import { Icon } from "../Icon";
import type { Check } from "./useCheck";

const STEPS = ["config", "dns", "tcp", "jump", "host key", "login", "python", "probe"] as const;

interface HostCheckProps {
  readonly check: Check;
  /** What to do is shown elsewhere. */
  readonly hasOwnAdvice?: boolean;
}

export function HostCheck({ check, hasOwnAdvice = false }: HostCheckProps) {
  return (
    <div class="check" aria-live="polite">
      <ol class="steps">
        {check.steps.map((step) => (
          <Step key={step.step} step={step} hasOwnAdvice={hasOwnAdvice} />
        ))}
        {check.isRunning ? (
          <li class="step step-running">
            <span class="step-mark">
              <span class="spinner" aria-hidden="true" />
            </span>
            <span>{t("check.running")}</span>
          </li>
        ) : null}
      </ol>
      {check.error ? <Failure error={check.error} /> : null}
      {check.isOk === null ? null : (
        <p class={classes("check-result", check.isOk ? "good" : "bad")}>
          {t(check.isOk ? "check.ok" : "check.failed")}
        </p>
      )}
    </div>
  );
}

function Step({ step, hasOwnAdvice }: { step: CheckStepView; hasOwnAdvice: boolean }) {
  return (
    <li class={classes("step", step.ok ? "step-ok" : "step-failed")}>
      <span class="step-mark">
        <Icon name={step.ok ? "check" : "close"} />
        <span class="visually-hidden">{t(step.ok ? "check.step.done" : "check.step.wrong")}</span>
      </span>
      <div class="step-text">
        <strong>{stepName(step.step)}</strong>
        {step.reason ? <span class="step-reason">{t(`reason.${step.reason}`)}</span> : null}
        {step.detail ? <p class="muted">{step.detail}</p> : null}
        {step.advice && !hasOwnAdvice ? <p class="step-advice">{step.advice}</p> : null}
      </div>
    </li>
  );
}

function Failure({ error }: { error: unknown }) {
  const { errors = [] } = error as Partial<ApiProblem>;
  return (
    <div class="notice notice-critical" role="alert">
      {errors.length > 0 ? (
        errors.map((one) => <p key={one.field}>{one.message}</p>)
      ) : (
        <p>{messageOf(error)}</p>
      )}
    </div>
  );
}

/** A step of a newer monctl is called as it calls it. */
function stepName(step: string): string {
  const name = STEPS.find((one) => one === step);
  return name ? t(`check.step.${name}` satisfies TextKey) : step;
}
