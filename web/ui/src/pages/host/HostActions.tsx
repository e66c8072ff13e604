/** What can be done with the host, by role. */

import { useState } from "preact/hooks";
import { apiPath, post } from "../../api/http";
import { t } from "../../i18n";
import { href } from "../../router";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { tell, tellError } from "../../ui/toasts";
import { CheckDialog } from "./CheckDialog";

interface HostActionsProps {
  readonly name: string;
  readonly isPaused: boolean;
  onChanged(): void;
  onSilence(): void;
}

export function HostActions({ name, isPaused, onChanged, onSilence }: HostActionsProps) {
  const [isBusy, setBusy] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const setPaused = async () => {
    setBusy(true);
    try {
      await post(apiPath("hosts", name, isPaused ? "resume" : "pause"));
      tell(t(isPaused ? "host.resumed" : "host.paused", { host: name }));
      onChanged();
    } catch (error) {
      tellError(error);
    }
    setBusy(false);
  };
  if (!may("operator")) return null;
  return (
    <>
      <Button icon="check" onClick={() => setChecking(true)}>
        {t("host.check")}
      </Button>
      <Button isBusy={isBusy} onClick={() => void setPaused()}>
        {t(isPaused ? "host.resume" : "host.pause")}
      </Button>
      <Button icon="silences" onClick={onSilence}>
        {t("host.silence")}
      </Button>
      {may("admin") ? (
        <LinkButton href={`${href("inventory")}?host=${encodeURIComponent(name)}`}>
          {t("common.edit")}
        </LinkButton>
      ) : null}
      {isChecking ? <CheckDialog host={name} onClose={() => setChecking(false)} /> : null}
    </>
  );
}
