/** Deleting a channel. */

import { apiPath, remove } from "../../api/http";
import type { ChannelView } from "../../api/types";
import { t } from "../../i18n";
import { ConfirmedChange } from "../../ui/ConfirmedChange";

interface DeleteChannelProps {
  readonly channel: ChannelView;
  onClose(): void;
  onDone(): void;
}

export function DeleteChannel({ channel, onClose, onDone }: DeleteChannelProps) {
  const { name } = channel;
  return (
    <ConfirmedChange
      title={t("channels.delete.title", { name })}
      text={t("channels.delete.text")}
      action={t("common.delete")}
      done={t("channels.deleted", { name })}
      change={() => remove(apiPath("channels", name), { version: channel.version })}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
