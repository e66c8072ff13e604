/** The way to a host, step by step, as it is walked. */

import { useEffect, useState } from "preact/hooks";
import { apiPath, isAbort, postEvents } from "../../api/http";
import { messageOf } from "../../api/problem";
import type { CheckStepView } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Dialog } from "../../ui/Dialog";

/** `isOk`: null until all steps are done. */
interface Walk {
  readonly steps: readonly CheckStepView[];
  readonly isOk: boolean | null;
  readonly error: unknown;
}

const BEGUN: Walk = { steps: [], isOk: null, error: null };

export function CheckDialog({ host, onClose }: { host: string; onClose(): void }) {
  const [round, setRound] = useState(0);
  const { steps, isOk, error } = useWalk(host, round);
  const isBusy = isOk === null && !error;
  const actions = (
    <>
      <Button isBusy={isBusy} onClick={() => setRound(round + 1)}>
        {t("host.check.again")}
      </Button>
      <Button kind="primary" onClick={onClose}>
        {t("common.close")}
      </Button>
    </>
  );
  return (
    <Dialog title={t("host.check.title", { host })} actions={actions} onClose={onClose}>
      <ol class="check-steps" aria-live="polite">
        {steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      <p role="status" class={classes(isOk === true && "poll-ok", isOk === false && "poll-failed")}>
        {error
          ? messageOf(error)
          : t(isBusy ? "host.check.busy" : isOk ? "host.check.ok" : "host.check.failed")}
      </p>
    </Dialog>
  );
}

function Step({ step }: { step: CheckStepView }) {
  return (
    <li class={classes("check-step", step.ok ? "check-step-ok" : "check-step-failed")}>
      <span class="check-step-mark" aria-hidden="true">
        {step.ok ? "✓" : "✗"}
      </span>
      <div>
        <strong>{step.step}</strong>
        <span class="visually-hidden">: {t(step.ok ? "host.check.stepOk" : "host.check.stepFailed")}</span>
        {step.detail ? <p class="check-step-detail">{step.detail}</p> : null}
        {step.advice ? <p>{step.advice}</p> : null}
      </div>
    </li>
  );
}

function useWalk(host: string, round: number): Walk {
  const [walk, setWalk] = useState(BEGUN);
  useEffect(() => {
    const controller = new AbortController();
    setWalk(BEGUN);
    const take = (name: string, document: unknown) => {
      if (name === "step") {
        setWalk((before) => ({ ...before, steps: [...before.steps, document as CheckStepView] }));
      } else {
        setWalk((before) => ({ ...before, isOk: (document as { ok: boolean }).ok }));
      }
    };
    postEvents(apiPath("hosts", host, "check"), take, controller.signal).then(
      () => setWalk((before) => ({ ...before, isOk: before.isOk ?? false })),
      (error: unknown) => isAbort(error) || setWalk((before) => ({ ...before, error })),
    );
    return () => controller.abort();
  }, [host, round]);
  return walk;
}
