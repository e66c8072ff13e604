/** Making a channel, or changing one that the API owns. Its URL goes in and never comes out. */

import { useState } from "preact/hooks";
import { apiPath, patch, post } from "../../api/http";
import { ApiProblem, messageOf } from "../../api/problem";
import type { ChannelView, Severity } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Checkbox, SelectField, TextField } from "../../ui/Field";
import { tell } from "../../ui/toasts";

const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];
const EXAMPLES = [
  `\${MONCTL_CHANNEL_OPS}`,
  `slack://\${MONCTL_CHANNEL_SLACK_TOKENS}/#ops`,
  `mailtos://monctl:\${MONCTL_CHANNEL_MAIL_PASSWORD}@example.com?to=ops@example.com`,
];
const GUIDE = "https://github.com/caronc/apprise/wiki";

interface ChannelFormProps {
  /** The channel to change; null for a new one. */
  readonly channel: ChannelView | null;
  onClose(): void;
  onDone(): void;
}

type Errors = Readonly<Partial<Record<"name" | "url" | "min_severity" | "", string>>>;

export function ChannelForm({ channel, onClose, onDone }: ChannelFormProps) {
  const [name, setName] = useState(channel?.name ?? "");
  const [url, setUrl] = useState("");
  const [severity, setSeverity] = useState<Severity>(channel?.min_severity ?? "info");
  const [isShown, setShown] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const [isBusy, setBusy] = useState(false);
  const changes = {
    ...(url.trim() ? { url: url.trim() } : {}),
    ...(severity === channel?.min_severity ? {} : { min_severity: severity }),
  };
  const isReady = channel ? Object.keys(changes).length > 0 : name.trim() !== "" && url.trim() !== "";
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      if (channel) await patch(apiPath("channels", channel.name), changes, { version: channel.version });
      else await post("/channels", { name: name.trim(), url: url.trim(), min_severity: severity });
      tell(channel ? t("channels.saved", { name }) : t("channels.added", { name: name.trim() }));
      onDone();
    } catch (error) {
      setErrors(errorsOf(error, name.trim()));
      setBusy(false);
    }
  };
  return (
    <Dialog title={channel ? t("channels.form.edit", { name }) : t("channels.add")} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {channel ? null : (
          <TextField
            label={t("channels.form.name")}
            hint={t("channels.form.name.hint")}
            placeholder="ops"
            autofocus
            required
            maxLength={64}
            value={name}
            error={errors.name}
            onInput={setName}
          />
        )}
        <TextField
          label={t(channel ? "channels.form.url.new" : "channels.form.url")}
          hint={channel ? t("channels.form.url.keep") : undefined}
          type={isShown ? "text" : "password"}
          autocomplete="off"
          required={channel === null}
          placeholder={`\${MONCTL_CHANNEL_OPS}`}
          value={url}
          error={errors.url}
          onInput={setUrl}
        />
        <Checkbox label={t("channels.form.url.show")} checked={isShown} onChange={setShown} />
        <UrlHelp />
        <SelectField
          label={t("channels.form.severity")}
          hint={t("channels.form.severity.hint")}
          value={severity}
          error={errors.min_severity}
          options={SEVERITIES.map((one) => [one, t(`severity.${one}`)] as const)}
          onInput={(chosen) => setSeverity(chosen as Severity)}
        />
        {errors[""] ? (
          <p class="notice notice-critical" role="alert">
            {errors[""]}
          </p>
        ) : null}
        <div class="form-actions">
          <Button kind="primary" type="submit" isBusy={isBusy} disabled={!isReady}>
            {t(channel ? "common.save" : "common.add")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function UrlHelp() {
  return (
    <div class="url-help">
      <p>{t("channels.form.url.hint")}</p>
      <details>
        <summary>{t("channels.form.url.examples")}</summary>
        <ul>
          {EXAMPLES.map((one) => (
            <li key={one}>
              <code>{one}</code>
            </li>
          ))}
        </ul>
        <a href={GUIDE} target="_blank" rel="noreferrer">
          {t("channels.form.url.guide")}
        </a>
      </details>
    </div>
  );
}

/** Of a name with other characters the API shows the pattern, which helps few. */
function nameMessage(error: ApiProblem): string | undefined {
  const message = error.fieldMessage("name");
  return message?.startsWith("String should match pattern") ? t("access.name.hint") : message;
}

function errorsOf(error: unknown, name: string): Errors {
  if (!(error instanceof ApiProblem)) return { "": messageOf(error) };
  if (error.kind === "channel-exists") return { name: messageOf(error) };
  if (error.status === 412) return { "": t("channels.conflict", { name }) };
  const messages = {
    name: nameMessage(error),
    url: error.fieldMessage("url"),
    min_severity: error.fieldMessage("min_severity"),
  };
  const entries = Object.entries(messages).filter(([, message]) => message !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : { "": messageOf(error) };
}
