/** A test message to a channel, and what the service answered. */

import { useEffect, useState } from "preact/hooks";
import { apiPath, isAbort, post } from "../../api/http";
import { messageOf } from "../../api/problem";
import type { ChannelTestView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";
import { classes } from "../../ui/classes";

interface TestResultProps {
  readonly name: string;
  onTested(): void;
  onClose(): void;
}

/** Sends as soon as it is there; the answer may take half a minute. */
export function TestResult({ name, onTested, onClose }: TestResultProps) {
  const [result, setResult] = useState<ChannelTestView | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    post<ChannelTestView>(apiPath("channels", name, "test"), undefined, { signal }).then(
      (view) => {
        setResult(view);
        onTested();
      },
      (problem: unknown) => {
        if (!isAbort(problem)) setError(problem);
      },
    );
    return () => controller.abort();
  }, [name]);
  const isOk = result?.ok === true;
  const isDone = result !== null || error !== null;
  return (
    <div
      class={classes("notice", "test-result", isDone && (isOk ? "notice-ok" : "notice-critical"))}
      role="status"
    >
      <div class="test-head">
        {isDone ? null : <span class="spinner" aria-hidden="true" />}
        <strong>
          {isDone
            ? t(isOk ? "channels.test.ok" : "channels.test.failed", { name })
            : t("channels.test.running", { name })}
        </strong>
        {result ? (
          <span class="cell-note">
            {t("channels.state.took", { duration: formatDuration(result.seconds) })}
          </span>
        ) : null}
        <IconButton icon="close" label={t("common.close")} onClick={onClose} />
      </div>
      {error ? <p>{messageOf(error)}</p> : null}
      {result?.answer ? (
        <>
          <p>{t("channels.test.answer")}</p>
          <pre>{result.answer}</pre>
        </>
      ) : isOk ? (
        <p class="cell-note">{t("channels.test.silent")}</p>
      ) : null}
    </div>
  );
}
