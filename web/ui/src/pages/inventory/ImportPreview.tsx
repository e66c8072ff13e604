/** What an import would do. */

import type { ImportNote, ImportView, Json, SkippedHost } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { type Column, Table } from "../../ui/Table";
import { settingsHref } from "./paths";

interface ImportPreviewProps {
  readonly preview: ImportView;
  readonly isBusy: boolean;
  onConfirm(): void;
}

type AddedHost = readonly [name: string, entry: Readonly<Record<string, Json>>];

export function ImportPreview({ preview, isBusy, onConfirm }: ImportPreviewProps) {
  const count = preview.added.length;
  const entries = preview.added.map((name) => [name, preview.entries[name] ?? {}] as const);
  return (
    <div class="import-preview" role="status">
      {count === 0 ? (
        <p class="notice">{t("inventory.import.nothing")}</p>
      ) : (
        <section class="import-part stack-8">
          <h2>{t("inventory.import.added", { count })}</h2>
          <Table
            label={t("inventory.import.added", { count })}
            columns={addedColumns()}
            rows={entries}
            keyOf={([name]) => name}
          />
        </section>
      )}
      {preview.skipped.length > 0 ? <SkippedHosts hosts={preview.skipped} /> : null}
      {preview.notes.length > 0 ? <Notes notes={preview.notes} /> : null}
      {count > 0 ? (
        <div class="form-actions">
          <Button kind="primary" icon="plus" isBusy={isBusy} onClick={onConfirm}>
            {t("inventory.import.confirm", { count })}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function addedColumns(): Column<AddedHost>[] {
  return [
    { key: "host", title: t("inventory.column.host"), cell: ([name]) => <strong>{name}</strong> },
    { key: "entry", title: t("inventory.import.entry"), cell: ([, entry]) => <EntryText entry={entry} /> },
  ];
}

function EntryText({ entry }: { entry: Readonly<Record<string, Json>> }) {
  return (
    <span class="entry-text">
      {Object.entries(entry).map(([name, value]) => (
        <span key={name}>
          <span class="muted">{name}</span> {typeof value === "string" ? value : JSON.stringify(value)}
        </span>
      ))}
    </span>
  );
}

function SkippedHosts({ hosts }: { hosts: readonly SkippedHost[] }) {
  const title = t("inventory.import.skipped", { count: hosts.length });
  const columns: Column<SkippedHost>[] = [
    {
      key: "host",
      title: t("inventory.column.host"),
      cell: ({ name }) => <a href={settingsHref(name)}>{name}</a>,
    },
    { key: "reason", title: t("inventory.import.column.reason"), isExtra: true, cell: (host) => host.reason },
    {
      key: "differs",
      title: t("inventory.import.column.differs"),
      cell: ({ differs_in: keys }) =>
        keys.length > 0
          ? t("inventory.import.differs", { keys: keys.join(", ") })
          : t("inventory.import.same"),
    },
  ];
  return (
    <section class="import-part stack-8">
      <h2>{title}</h2>
      <Table label={title} columns={columns} rows={hosts} keyOf={({ name }) => name} />
    </section>
  );
}

function Notes({ notes }: { notes: readonly ImportNote[] }) {
  return (
    <section class="import-part stack-8">
      <h2>{t("inventory.import.notes", { count: notes.length })}</h2>
      <ul class="notice notice-warning">
        {notes.map((note) => (
          <li key={`${note.line} ${note.field} ${note.message}`}>
            {note.line === null ? null : `${t("inventory.import.line", { line: note.line })}: `}
            {note.field}: {note.message}
          </li>
        ))}
      </ul>
    </section>
  );
}
