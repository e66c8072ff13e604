/** The check of a host in front of its page. */

import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { HostCheck } from "../../ui/check/HostCheck";
import { useCheck } from "../../ui/check/useCheck";
import { Dialog } from "../../ui/Dialog";

export function CheckDialog({ host, onClose }: { host: string; onClose(): void }) {
  const check = useCheck(host);
  const { run } = check;
  useEffect(run, [run]);
  const actions = (
    <>
      <Button isBusy={check.isRunning} onClick={run}>
        {t("check.again")}
      </Button>
      <Button kind="primary" onClick={onClose}>
        {t("common.close")}
      </Button>
    </>
  );
  return (
    <Dialog title={t("host.check.title", { host })} actions={actions} onClose={onClose}>
      <HostCheck check={check} />
    </Dialog>
  );
}
