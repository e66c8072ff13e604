/** Deleting a channel. */

import { useState } from "preact/hooks";
import { apiPath, remove } from "../../api/http";
import type { ChannelView } from "../../api/types";
import { t } from "../../i18n";
import { ConfirmDialog } from "../../ui/Dialog";
import { tell, tellError } from "../../ui/toasts";

interface DeleteChannelProps {
  readonly channel: ChannelView;
  onClose(): void;
  onDone(): void;
}

export function DeleteChannel({ channel, onClose, onDone }: DeleteChannelProps) {
  const [isBusy, setBusy] = useState(false);
  const { name } = channel;
  const confirm = async () => {
    setBusy(true);
    try {
      await remove(apiPath("channels", name), { version: channel.version });
      tell(t("channels.deleted", { name }));
      onDone();
    } catch (error) {
      tellError(error);
      onClose();
    }
  };
  return (
    <ConfirmDialog
      title={t("channels.delete.title", { name })}
      text={t("channels.delete.text")}
      action={t("common.delete")}
      isBusy={isBusy}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  );
}
