/** Taking over many hosts from a text, after a look at what that would do. */

import { useState } from "preact/hooks";
import { post } from "../../api/http";
import { ApiProblem, messageOf } from "../../api/problem";
import type { ImportView } from "../../api/types";
import { t } from "../../i18n";
import { href, navigate } from "../../router";
import { Button } from "../../ui/Button";
import { SelectField, TextArea } from "../../ui/Field";
import { PageHeader } from "../../ui/PageHeader";
import { tell } from "../../ui/toasts";
import { BackLink } from "./BackLink";
import { ImportPreview } from "./ImportPreview";

const FORMATS = ["hosts-yaml", "ssh-config", "ansible-ini", "ansible-yaml"] as const;
const EXAMPLE = "Host web-1\n  HostName 10.0.0.11\n  User monitor";

export function ImportHosts() {
  const [content, setContent] = useState("");
  const [format, setFormat] = useState("");
  const [preview, setPreview] = useState<ImportView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const change = (set: () => void) => {
    set();
    setPreview(null);
    setError(null);
  };
  const send = async (isDryRun: boolean) => {
    setBusy(true);
    setError(null);
    try {
      const body = { content, dry_run: isDryRun, ...(format ? { format } : {}) };
      const view = await post<ImportView>("/hosts/import", body);
      if (isDryRun) setPreview(view);
      else {
        tell(t("inventory.import.done", { count: view.added.length }));
        navigate(href("inventory"));
      }
    } catch (problem) {
      setPreview(null);
      setError(problem);
    }
    setBusy(false);
  };
  return (
    <>
      <BackLink />
      <PageHeader title={t("inventory.import.title")} />
      <form
        class="form panel"
        onSubmit={(event) => {
          event.preventDefault();
          void send(true);
        }}
      >
        <p>{t("inventory.import.text")}</p>
        <TextArea
          label={t("inventory.import.content")}
          rows={12}
          placeholder={EXAMPLE}
          value={content}
          onInput={(text) => change(() => setContent(text))}
        />
        <div class="form-grid">
          <FileField onText={(text) => change(() => setContent(text))} />
          <SelectField
            label={t("inventory.import.format")}
            value={format}
            options={[
              ["", t("inventory.import.format.auto")],
              ...FORMATS.map((one) => [one, t(`inventory.import.format.${one}`)] as const),
            ]}
            onInput={(chosen) => change(() => setFormat(chosen))}
          />
        </div>
        <div class="form-actions">
          <Button
            kind={preview ? "plain" : "primary"}
            type="submit"
            isBusy={isBusy}
            disabled={content.trim() === ""}
          >
            {t("inventory.import.preview")}
          </Button>
        </div>
        {error ? <ImportErrors error={error} /> : null}
      </form>
      {preview ? (
        <ImportPreview preview={preview} isBusy={isBusy} onConfirm={() => void send(false)} />
      ) : null}
    </>
  );
}

function FileField({ onText }: { onText(text: string): void }) {
  const read = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (file) onText(await file.text());
    input.value = "";
  };
  return (
    <div class="field">
      <label for="import-file">{t("inventory.import.file")}</label>
      <input
        id="import-file"
        class="input"
        type="file"
        onChange={(event) => void read(event.currentTarget)}
      />
    </div>
  );
}

function ImportErrors({ error }: { error: unknown }) {
  const errors = error instanceof ApiProblem ? error.errors : [];
  const line = error instanceof ApiProblem ? error.members.line : null;
  return (
    <div class="notice notice-critical" role="alert">
      <strong>{t("inventory.import.failed")}</strong>
      {errors.length === 0 ? (
        <p>
          {typeof line === "number" ? `${t("inventory.import.line", { line })}: ` : null}
          {messageOf(error)}
        </p>
      ) : (
        <ul>
          {errors.map((one) => (
            <li key={`${one.line} ${one.field} ${one.message}`}>
              {one.line ? `${t("inventory.import.line", { line: one.line })}: ` : null}
              {one.field}: {one.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
